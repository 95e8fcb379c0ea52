using k8s.Models;

namespace Orchestrator.Agent.Network.Policies;

/// <summary>A pod of this node that policies may hold for.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Address">On the pod network.</param>
internal sealed record LocalPod(V1Pod Pod, string Address);

/// <summary>What the rules of NetworkPolicies are made of.</summary>
/// <param name="Policies">All of the cluster.</param>
/// <param name="Local">The pods of this node.</param>
/// <param name="Pods">All of the cluster; may be empty where there are no policies.</param>
/// <param name="Namespaces">All of the cluster; may be empty where there are no policies.</param>
internal sealed record PolicyInput(
    IReadOnlyCollection<V1NetworkPolicy> Policies, IReadOnlyCollection<LocalPod> Local, IReadOnlyCollection<V1Pod> Pods, IReadOnlyCollection<V1Namespace> Namespaces);

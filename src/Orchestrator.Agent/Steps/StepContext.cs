using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Network.Dns;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Volumes;
using Orchestrator.Model.Devices;

namespace Orchestrator.Agent.Steps;

/// <summary>What steps of one pod work with.</summary>
public sealed class StepContext
{
    public required V1Pod Pod { get; init; }

    public required IPodRuntime Runtime { get; init; }

    /// <summary>Runtime handler that the pod asks for.</summary>
    public required string Handler { get; init; }

    public required NodeLayout Layout { get; init; }

    public required PodVolumes Volumes { get; init; }

    public required ContainerEnvironment Environment { get; init; }

    public required ApiAccess Api { get; init; }

    public required PodResolvers Resolvers { get; init; }

    /// <summary>The node's devices.</summary>
    public required IReadOnlyList<NodeDevice> Devices { get; init; }

    public required IEventSink Events { get; init; }

    public required LifecycleHooks Hooks { get; init; }

    public required PodImages Images { get; init; }

    public required TerminationMessages Messages { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The node's address, which pods on the host network have.</summary>
    public required string NodeIp { get; init; }

    /// <summary>By container: image ids found by <see cref="PullImage"/> in this run of the plan.</summary>
    public Dictionary<string, string> ImageIds { get; } = new(StringComparer.Ordinal);

    /// <summary>As of just before the step.</summary>
    public PodSandboxes Observed { get; set; } = PodSandboxes.None;

    public ObservedSandbox? Sandbox => Observed.Current;

    /// <summary>A container as probes and hooks see it; null for one that the pod's spec has not.</summary>
    public ProbeTarget? Target(string name, string containerId) =>
        PodContainers.Find(Pod, name) is { } container ? ProbeTarget.Of(Pod, container, containerId, Sandbox, NodeIp, Runtime) : null;

    public V1Container Find(string name) => PodContainers.All(Pod).First(c => c.Name == name);
}

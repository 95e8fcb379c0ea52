using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Model.Json;

namespace Orchestrator.UnitTests.Network;

/// <summary>The objects of a case, by kind.</summary>
internal sealed class ClusterCase(JsonObject input)
{
    public IReadOnlyList<V1Service> Services => All<V1Service>("Service");

    public IReadOnlyList<V1EndpointSlice> EndpointSlices => All<V1EndpointSlice>("EndpointSlice");

    public IReadOnlyList<V1Node> Nodes => All<V1Node>("Node");

    public IReadOnlyList<V1Pod> Pods => All<V1Pod>("Pod");

    public IReadOnlyList<V1Namespace> Namespaces => All<V1Namespace>("Namespace");

    public IReadOnlyList<V1NetworkPolicy> Policies => All<V1NetworkPolicy>("NetworkPolicy");

    private List<T> All<T>(string kind) =>
        [.. input.Items("objects").Where(o => o.Item.Text("kind") == kind).Select(o => KubernetesJson.Deserialize<T>(o.Item.ToJsonString()))];
}

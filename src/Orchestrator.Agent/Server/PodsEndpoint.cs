using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Http;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Server;

/// <summary><c>GET /pods</c>: the pods of the node as the agent has them, kubelet's path.</summary>
internal static class PodsEndpoint
{
    public static IResult Handle(PodRegistry registry) => Results.Text(
        KubernetesJson.Serialize(new V1PodList
        {
            ApiVersion = "v1",
            Kind = "PodList",
            Metadata = new V1ListMeta(),
            Items = [.. registry.All.OrderBy(p => p.Metadata.NamespaceProperty, StringComparer.Ordinal).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal)],
        }),
        "application/json");
}

using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Model.Quotas;

namespace Orchestrator.Agent.Nodes;

/// <summary>What a pod asks of its node, by the rule of <see cref="PodTotal{TName,TAmount}"/>, in units (cores, bytes).</summary>
public static class PodRequests
{
    public static IReadOnlyDictionary<string, decimal> Of(V1Pod pod) => Total(pod, Of);

    /// <summary>The same rule for other amounts of containers, such as their limits.</summary>
    public static IReadOnlyDictionary<string, decimal> Total(V1Pod pod, Func<V1Container, Dictionary<string, decimal>> amounts)
    {
        var total = new PodTotal<string, decimal>(StringComparer.Ordinal, decimal.Add);
        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            total.AddInit(amounts(init), PodContainers.IsSidecar(init));
        }

        foreach (var container in pod.Spec.Containers)
        {
            total.AddContainer(amounts(container));
        }

        return total.Finish((pod.Spec.Overhead ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal))
            .ToDictionary(e => e.Key, e => e.Value.ToDecimal(), StringComparer.Ordinal));
    }

    /// <summary>What one container asks for. A limit without a request is the request, as the API's defaults have it.</summary>
    public static Dictionary<string, decimal> Of(V1Container container)
    {
        var requests = container.Resources?.Requests ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        var limits = container.Resources?.Limits ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        return requests.Concat(limits.Where(l => !requests.ContainsKey(l.Key))).ToDictionary(e => e.Key, e => e.Value.ToDecimal(), StringComparer.Ordinal);
    }
}

using k8s.Models;

namespace Orchestrator.Agent.Nodes;

/// <summary>What a pod asks of its node: the sum of its containers, or the largest init container where that is more, plus the overhead of its runtime class.</summary>
public static class PodRequests
{
    public static IReadOnlyDictionary<string, decimal> Of(V1Pod pod)
    {
        var total = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.Containers)
        {
            foreach (var (name, amount) in Requests(container))
            {
                total[name] = total.GetValueOrDefault(name) + amount;
            }
        }

        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            foreach (var (name, amount) in Requests(init))
            {
                total[name] = Math.Max(total.GetValueOrDefault(name), amount);
            }
        }

        foreach (var (name, amount) in pod.Spec.Overhead ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal))
        {
            total[name] = total.GetValueOrDefault(name) + amount.ToDecimal();
        }

        return total;
    }

    /// <summary>A limit without a request is the request, as the API's defaults have it.</summary>
    private static IEnumerable<(string Name, decimal Amount)> Requests(V1Container container)
    {
        var requests = container.Resources?.Requests ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        var limits = container.Resources?.Limits ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        return requests.Concat(limits.Where(l => !requests.ContainsKey(l.Key))).Select(e => (e.Key, e.Value.ToDecimal()));
    }
}

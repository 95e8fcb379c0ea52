using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>Quality-of-service class of a pod (Kubernetes: Guaranteed, Burstable, BestEffort), from its requests and limits.</summary>
public static class PodQos
{
    private static readonly string[] Compute = ["cpu", "memory"];

    public static string Of(V1Pod pod)
    {
        if (pod.Status?.QosClass is { Length: > 0 } known)
        {
            return known;
        }

        V1Container[] containers = [.. pod.Spec.Containers, .. pod.Spec.InitContainers ?? []];
        if (containers.All(c => Compute.All(r => !Has(c.Resources?.Requests, r) && !Has(c.Resources?.Limits, r))))
        {
            return "BestEffort";
        }

        return containers.All(c => Compute.All(r => Has(c.Resources?.Limits, r) && RequestEqualsLimit(c.Resources!, r))) ? "Guaranteed" : "Burstable";
    }

    private static bool Has(IDictionary<string, ResourceQuantity>? quantities, string name) =>
        quantities is not null && quantities.TryGetValue(name, out var quantity) && quantity.ToDecimal() > 0;

    private static bool RequestEqualsLimit(V1ResourceRequirements resources, string name) =>
        !Has(resources.Requests, name) || resources.Requests[name].ToDecimal() == resources.Limits[name].ToDecimal();
}

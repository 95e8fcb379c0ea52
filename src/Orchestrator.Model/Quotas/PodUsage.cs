using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Quotas;

/// <summary>What one pod takes of quotas, by the names that quotas use.</summary>
public static class PodUsage
{
    private static readonly string[] Required = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

    /// <summary>Whether the name is a sum over pods, and not a number of objects.</summary>
    public static bool IsAmount(string resource) =>
        resource is "cpu" or "memory" or "ephemeral-storage"
        || resource.StartsWith("hugepages-", StringComparison.Ordinal)
        || resource.StartsWith("limits.", StringComparison.Ordinal)
        || (resource.StartsWith("requests.", StringComparison.Ordinal) && resource != "requests.storage");

    /// <summary>A pod that has ended counts as an object alone.</summary>
    public static Dictionary<string, Quantity> Of(JsonObject pod)
    {
        var one = Quantity.FromUnits(1);
        var usage = new Dictionary<string, Quantity>(StringComparer.Ordinal) { ["count/pods"] = one };
        if (pod.Child("status").Text("phase") is "Succeeded" or "Failed")
        {
            return usage;
        }

        usage["pods"] = one;
        foreach ((string name, Quantity amount) in PodAmounts.Of(pod.Child("spec"), "requests"))
        {
            usage["requests." + name] = amount;
            if (IsAmount(name))
            {
                usage[name] = amount;
            }
        }

        foreach ((string name, Quantity amount) in PodAmounts.Of(pod.Child("spec"), "limits"))
        {
            usage["limits." + name] = amount;
        }

        return usage;
    }

    /// <summary>What a quota of the given names demands of every container and one of them does not say; null where nothing is missing.</summary>
    public static string? Missing(JsonObject pod, IEnumerable<string> hard)
    {
        JsonObject? spec = pod.Child("spec");
        JsonObject[] containers = [.. spec.Items("containers").Concat(spec.Items("initContainers")).Select(c => c.Item)];
        var faults = new List<string>();
        foreach (string name in hard.Where(h => Required.Contains(h)).Order(StringComparer.Ordinal))
        {
            int dot = name.IndexOf('.', StringComparison.Ordinal);
            string list = dot < 0 ? "requests" : name[..dot];
            string[] without =
            [
                .. containers.Where(c => c.Child("resources", list)?[name[(dot + 1)..]] is null)
                    .Select(c => c.Text("name") ?? "").Order(StringComparer.Ordinal),
            ];
            if (without.Length > 0)
            {
                faults.Add($"{name} for: {string.Join(',', without)}");
            }
        }

        return faults.Count == 0 ? null : $"must specify {string.Join("; ", faults)}";
    }
}

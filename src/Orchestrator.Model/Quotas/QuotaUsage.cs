using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Quotas;

/// <summary>What a ResourceQuota counts. Pure; the same for the charge of one write and for the count of all that is there.</summary>
public static class QuotaUsage
{
    private const string Pods = "pods";
    private const string CountPrefix = "count/";

    private static readonly HashSet<string> PlainCounts = new(StringComparer.Ordinal)
    {
        "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims",
    };

    /// <summary>What an object takes of the names that the quota bounds; empty where the quota is not about it.</summary>
    /// <param name="quota">The ResourceQuota.</param>
    /// <param name="resource">Storage name of the object's kind.</param>
    /// <param name="obj">The object.</param>
    public static Dictionary<string, Quantity> Of(JsonObject quota, string resource, JsonObject obj)
    {
        JsonObject? spec = quota.Child("spec");
        Dictionary<string, Quantity> usage = resource == Pods ? PodUsage.Of(obj) : Counts(resource);
        bool matches = resource == Pods ? QuotaScopes.Match(spec, obj) : !QuotaScopes.AreGiven(spec);
        JsonObject? hard = spec.Child("hard");
        foreach (string name in usage.Keys.Where(name => !matches || hard?.ContainsKey(name) != true).ToArray())
        {
            usage.Remove(name);
        }

        return usage;
    }

    /// <summary>All that the quota counts, by the names that it bounds.</summary>
    /// <param name="quota">The ResourceQuota.</param>
    /// <param name="objects">Objects of a kind, by its storage name, in the quota's namespace.</param>
    /// <param name="count">Number of objects of a kind in the quota's namespace.</param>
    public static SortedDictionary<string, Quantity> Total(JsonObject quota, Func<string, IEnumerable<JsonObject>> objects, Func<string, int> count)
    {
        JsonObject? spec = quota.Child("spec");
        bool isScoped = QuotaScopes.AreGiven(spec);
        var total = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        bool countsPods = false;
        foreach ((string name, JsonNode? hard) in spec.Child("hard") ?? [])
        {
            total[name] = Quantity.TryParse(hard.AsScalarText(), out Quantity bound) ? Quantity.FromUnits(0, bound.Format) : Quantity.Zero;
            countsPods |= name is Pods or CountPrefix + Pods || PodUsage.IsAmount(name);
            if (!isScoped && CountedResource(name) is { } counted && counted != Pods)
            {
                total[name] = Quantity.FromUnits(count(counted));
            }
        }

        foreach (JsonObject pod in countsPods ? objects(Pods) : [])
        {
            foreach ((string name, Quantity amount) in Of(quota, Pods, pod))
            {
                total[name] += amount;
            }
        }

        return total;
    }

    /// <summary>Whether creations of the kind can be bounded at all. Events are news, and are not.</summary>
    public static bool Bounds(string resource, JsonObject quota) =>
        (quota.Child("spec", "hard") ?? []).Any(h =>
            CountedResource(h.Key) == resource || (resource == Pods && PodUsage.IsAmount(h.Key)));

    private static string? CountedResource(string name) =>
        name == Pods || PlainCounts.Contains(name) ? name
        : name.StartsWith(CountPrefix, StringComparison.Ordinal) && name[CountPrefix.Length..] is not ("events" or "events.events.k8s.io") ? name[CountPrefix.Length..]
        : null;

    private static Dictionary<string, Quantity> Counts(string resource)
    {
        var one = Quantity.FromUnits(1);
        var usage = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        if (resource != "events")
        {
            usage[CountPrefix + resource] = one;
        }

        if (PlainCounts.Contains(resource))
        {
            usage[resource] = one;
        }

        return usage;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Quotas;

namespace Orchestrator.Api.Admission.Limits;

/// <summary>How a pod breaks a LimitRange, in Kubernetes' words (<c>plugin/pkg/admission/limitranger</c>). Pure.</summary>
internal static class LimitRangeBounds
{
    public static List<string> Faults(JsonObject pod, JsonObject limitRange)
    {
        var faults = new List<string>();
        JsonObject? spec = pod.Child("spec");
        foreach ((JsonObject limit, _) in limitRange.Child("spec").Items("limits"))
        {
            switch (limit.Text("type"))
            {
                case "Container":
                    foreach ((JsonObject container, _) in spec.Items("containers").Concat(spec.Items("initContainers")))
                    {
                        JsonObject? resources = container.Child("resources");
                        Compare(limit, "Container", name => Of(resources.Child("requests"), name), name => Of(resources.Child("limits"), name), faults);
                    }

                    break;
                case "Pod":
                    Dictionary<string, Quantity> requests = PodAmounts.Of(spec, "requests"), limits = PodAmounts.Of(spec, "limits");
                    Compare(limit, "Pod", name => Of(requests, name), name => Of(limits, name), faults);
                    break;
                default:
                    // The limits of other kinds are not about pods.
                    break;
            }
        }

        return faults;
    }

    private static void Compare(JsonObject limit, string type, Func<string, Quantity?> request, Func<string, Quantity?> most, List<string> faults)
    {
        foreach ((string name, Quantity bound) in Bounds(limit, "min"))
        {
            AddIfAny(faults, Minimum(name, type, bound, request(name), most(name)));
        }

        foreach ((string name, Quantity bound) in Bounds(limit, "max"))
        {
            AddIfAny(faults, Maximum(name, type, bound, request(name), most(name)));
        }

        foreach ((string name, Quantity bound) in Bounds(limit, "maxLimitRequestRatio"))
        {
            AddIfAny(faults, Ratio(name, type, bound, request(name), most(name)));
        }
    }

    private static string? Minimum(string name, string type, Quantity bound, Quantity? request, Quantity? limit) =>
        request is not { } asked ? $"minimum {name} usage per {type} is {bound}.  No request is specified"
        : asked < bound ? $"minimum {name} usage per {type} is {bound}, but request is {asked}"
        : limit < bound ? $"minimum {name} usage per {type} is {bound}, but limit is {limit}"
        : null;

    private static string? Maximum(string name, string type, Quantity bound, Quantity? request, Quantity? limit) =>
        limit is not { } most ? $"maximum {name} usage per {type} is {bound}.  No limit is specified"
        : most > bound ? $"maximum {name} usage per {type} is {bound}, but limit is {most}"
        : request > bound ? $"maximum {name} usage per {type} is {bound}, but request is {request}"
        : null;

    private static string? Ratio(string name, string type, Quantity bound, Quantity? request, Quantity? limit)
    {
        if (request is not { Sign: > 0 } asked)
        {
            return $"{name} max limit to request ratio per {type} is {bound}, but no request is specified or request is 0";
        }

        if (limit is not { Sign: > 0 } most)
        {
            return $"{name} max limit to request ratio per {type} is {bound}, but no limit is specified or limit is 0";
        }

        double ratio = (double)most.Nanos / (double)asked.Nanos;
        return ratio > (double)bound.Nanos / Quantity.FromUnits(1).MilliValue / 1_000_000
            ? string.Create(CultureInfo.InvariantCulture, $"{name} max limit to request ratio per {type} is {bound}, but provided ratio is {ratio:F6}")
            : null;
    }

    private static IEnumerable<(string Name, Quantity Bound)> Bounds(JsonObject limit, string list) =>
        from entry in limit.Child(list) ?? []
        let bound = Of(limit.Child(list), entry.Key)
        where bound is not null
        orderby entry.Key
        select (entry.Key, bound.Value);

    private static Quantity? Of(JsonObject? amounts, string name) =>
        Quantity.TryParse(amounts?[name].AsScalarText(), out Quantity quantity) ? quantity : null;

    private static Quantity? Of(Dictionary<string, Quantity> amounts, string name) => amounts.TryGetValue(name, out Quantity quantity) ? quantity : null;

    private static void AddIfAny(List<string> faults, string? fault)
    {
        if (fault is not null)
        {
            faults.Add(fault);
        }
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Pods;

namespace Orchestrator.Model.Quotas;

/// <summary>Which pods a ResourceQuota is about: <c>spec.scopes</c> and <c>spec.scopeSelector</c>, all of which must hold.</summary>
public static class QuotaScopes
{
    public static bool AreGiven(JsonObject? spec) =>
        spec.Array("scopes") is { Count: > 0 } || spec.Child("scopeSelector").Array("matchExpressions") is { Count: > 0 };

    /// <summary>Whether a quota of the scope may bound the resource: scopes select pods, and those of best effort ask for nothing that could be summed.</summary>
    public static bool Tracks(string scope, string resource) =>
        resource is "pods" or "count/pods" || (scope != "BestEffort" && PodUsage.IsAmount(resource));

    public static bool Match(JsonObject? spec, JsonObject pod) =>
        spec.Texts("scopes").All(scope => Matches(scope, "Exists", [], pod))
        && spec.Child("scopeSelector").Items("matchExpressions").All(e => Matches(
            e.Item.Text("scopeName") ?? "", e.Item.Text("operator") ?? "", [.. e.Item.Texts("values")], pod));

    private static bool Matches(string scope, string op, string[] values, JsonObject pod)
    {
        JsonObject? spec = pod.Child("spec");
        switch (scope)
        {
            case "Terminating":
                return spec.Integer("activeDeadlineSeconds") >= 0;
            case "NotTerminating":
                return spec.Integer("activeDeadlineSeconds") is not >= 0;
            case "BestEffort":
                return QosClass.Of(spec) == QosClass.BestEffort;
            case "NotBestEffort":
                return QosClass.Of(spec) != QosClass.BestEffort;
            case "CrossNamespacePodAffinity":
                return ReachesOtherNamespaces(spec.Child("affinity", "podAffinity")) || ReachesOtherNamespaces(spec.Child("affinity", "podAntiAffinity"));
            case "PriorityClass":
                string name = spec.Text("priorityClassName") ?? "";
                return op switch
                {
                    "Exists" => name.Length > 0,
                    "DoesNotExist" => name.Length == 0,
                    "In" => values.Contains(name),
                    "NotIn" => !values.Contains(name),
                    _ => false,
                };
            default:
                return false;
        }
    }

    private static bool ReachesOtherNamespaces(JsonObject? affinity) =>
        affinity.Items("requiredDuringSchedulingIgnoredDuringExecution").Select(t => t.Item)
            .Concat(affinity.Items("preferredDuringSchedulingIgnoredDuringExecution").Select(t => t.Item.Child("podAffinityTerm") ?? []))
            .Any(t => t.Array("namespaces") is { Count: > 0 } || t["namespaceSelector"] is not null);
}

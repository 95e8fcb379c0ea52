using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Jobs;

/// <param name="Action">Count, FailIndex, FailJob or Ignore; Count where no rule matches.</param>
/// <param name="Message">Why, where the Job fails by it.</param>
internal readonly record struct FailureVerdict(string Action, string Message);

/// <summary><c>spec.podFailurePolicy</c>: what the failure of a pod means, by the first rule that matches it.</summary>
internal static class FailurePolicy
{
    public static FailureVerdict Judge(JobView view, JobPod pod)
    {
        foreach ((JsonObject rule, int i) in view.Spec.Child("podFailurePolicy").Items("rules"))
        {
            string action = rule.Text("action") ?? "Count";
            if (rule.Child("onExitCodes") is { } codes && MatchingContainer(codes, pod) is { } container)
            {
                long code = container.Child("state", "terminated").Integer("exitCode") ?? 0;
                return new FailureVerdict(action, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Container {container.Text("name")} for pod {pod.Stored.Key.Namespace}/{pod.Stored.Key.Name} failed with exit code {code} matching {action} rule at index {i}"));
            }

            if (MatchingCondition(rule, pod) is { } type)
            {
                return new FailureVerdict(action, string.Create(
                    CultureInfo.InvariantCulture, $"Pod {pod.Stored.Key.Namespace}/{pod.Stored.Key.Name} has condition {type} matching {action} rule at index {i}"));
            }
        }

        return new FailureVerdict("Count", "");
    }

    private static JsonObject? MatchingContainer(JsonObject codes, JobPod pod)
    {
        string? name = codes.Text("containerName");
        HashSet<long?> values = [.. codes.Array("values")?.Select(v => v.AsInteger()) ?? []];
        bool isIn = codes.Text("operator") == "In";
        return ((string[])["containerStatuses", "initContainerStatuses"]).SelectMany(list => pod.Status.Items(list)).Select(c => c.Item)
            .FirstOrDefault(c => (name is null || c.Text("name") == name)
                && c.Child("state", "terminated").Integer("exitCode") is { } code and not 0
                && values.Contains(code) == isIn);
    }

    private static string? MatchingCondition(JsonObject rule, JobPod pod)
    {
        foreach ((JsonObject pattern, _) in rule.Items("onPodConditions"))
        {
            string type = pattern.Text("type") ?? "";
            if (pod.Status.Items("conditions").Any(c => c.Item.Text("type") == type && c.Item.Text("status") == (pattern.Text("status") ?? "True")))
            {
                return type;
            }
        }

        return null;
    }
}

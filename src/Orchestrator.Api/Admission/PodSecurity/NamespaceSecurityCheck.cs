using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>The pod security labels of a namespace must be levels and versions; when it becomes stricter, the pods are named that it would not admit any more.</summary>
public sealed class NamespaceSecurityCheck(IObjectStore store) : IAdmissionCheck
{
    /// <summary>Most pods that are looked at for warnings, as in Kubernetes.</summary>
    private const int MaxPods = 3000;

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) =>
        verb is "create" or "update" && subresource.Length == 0 && kind.StorageName == "namespaces";

    public ValueTask<StatusError?> CheckAsync(AdmissionRequest request, CancellationToken cancel)
    {
        Dictionary<string, string> labels = Labels(request.Object), before = Labels(request.Old);
        if (request.Old is not null && labels.Count == before.Count && labels.All(l => before.GetValueOrDefault(l.Key) == l.Value))
        {
            return new((StatusError?)null);
        }

        if (SecurityPolicy.Validate(labels) is { Count: > 0 } errors)
        {
            return new(StatusErrors.Invalid(request.Kind, request.Name, errors));
        }

        SecurityPolicy enforce = SecurityPolicy.Of(labels, "enforce");
        if (request.Old is not null && enforce.IsStricterThan(SecurityPolicy.Of(before, "enforce")))
        {
            WarnOfPods(request, enforce);
        }

        return new((StatusError?)null);
    }

    private void WarnOfPods(AdmissionRequest request, SecurityPolicy enforce)
    {
        IReadOnlyList<StoredObject> pods = store.List("pods", request.Name).Items;
        var byViolation = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (StoredObject stored in pods.Take(MaxPods))
        {
            JsonObject pod = JsonTree.ParseStored(stored.Json);
            if (SecurityStandards.Violations(enforce, pod.Child("metadata"), pod.Child("spec")) is { } violation)
            {
                // The pods are named by their first, with the reasons alone.
                string reasons = Reasons(violation);
                byViolation.TryAdd(reasons, []);
                byViolation[reasons].Add(stored.Key.Name);
            }
        }

        if (pods.Count > MaxPods)
        {
            request.Call.Warn(string.Create(
                CultureInfo.InvariantCulture, $"new PodSecurity enforce level only checked against the first {MaxPods} of {pods.Count} existing pods"));
        }

        if (byViolation.Count > 0)
        {
            request.Call.Warn($"existing pods in namespace \"{request.Name}\" violate the new PodSecurity enforce level \"{enforce}\"");
        }

        foreach (string warning in byViolation.Select(v => $"{v.Value[0]}{Others(v.Value.Count - 1)}: {v.Key}").Order(StringComparer.Ordinal))
        {
            request.Call.Warn(warning);
        }
    }

    private static string Others(int count) =>
        count == 0 ? "" : count == 1 ? " (and 1 other pod)" : string.Create(CultureInfo.InvariantCulture, $" (and {count} other pods)");

    // "reason (detail), reason (detail)" without the details, which differ from pod to pod.
    private static string Reasons(string violation)
    {
        var reasons = new System.Text.StringBuilder();
        int depth = 0;
        foreach (char c in violation)
        {
            depth += c == '(' ? 1 : 0;
            if (depth == 0)
            {
                reasons.Append(c);
            }

            depth -= c == ')' ? 1 : 0;
        }

        return reasons.ToString().Replace(" ,", ",", StringComparison.Ordinal).TrimEnd();
    }

    private static Dictionary<string, string> Labels(JsonObject? ns) =>
        (ns.Child("metadata", "labels") ?? [])
            .Where(l => l.Key.StartsWith(SecurityPolicy.Prefix, StringComparison.Ordinal))
            .ToDictionary(l => l.Key, l => l.Value.AsText() ?? "", StringComparer.Ordinal);
}

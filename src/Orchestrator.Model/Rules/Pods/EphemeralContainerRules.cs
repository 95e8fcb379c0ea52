using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Containers that are put into a running pod to look at it: only ever added, never changed or removed.</summary>
internal static class EphemeralContainerRules
{
    private const string List = "ephemeralContainers";

    /// <param name="spec">The pod's spec.</param>
    /// <param name="isNew">True on create, where there must be none.</param>
    /// <param name="errors">Receives the errors.</param>
    public static void Validate(JsonObject spec, bool isNew, ICollection<FieldError> errors)
    {
        if (isNew && spec.Array(List) is { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden($"spec.{List}", "cannot be set on create"));
            return;
        }

        foreach ((JsonObject container, int i) in spec.Items(List))
        {
            string path = $"spec.{List}[{i}]";
            foreach (string field in PodSupport.EphemeralContainer.Unsupported.Where(f => !container[f].IsUnset()))
            {
                errors.Add(FieldError.Forbidden($"{path}.{field}", "cannot be set for an Ephemeral Container"));
            }

            foreach ((JsonObject mount, int m) in container.Items("volumeMounts"))
            {
                foreach (string field in (ReadOnlySpan<string>)["subPath", "subPathExpr"])
                {
                    if (!string.IsNullOrEmpty(mount.Text(field)))
                    {
                        errors.Add(FieldError.Forbidden($"{path}.volumeMounts[{m}].{field}", "cannot be set for an Ephemeral Container"));
                    }
                }
            }

            if (container.Text("targetContainerName") is { Length: > 0 } target
                && !spec.Items("containers").Concat(spec.Items("initContainers")).Any(c => c.Item.Text("name") == target))
            {
                errors.Add(FieldError.NotFound($"{path}.targetContainerName", target));
            }
        }
    }

    /// <summary>Those that were there must be there as they were.</summary>
    public static void ValidateUpdate(JsonObject spec, JsonObject old, ICollection<FieldError> errors)
    {
        foreach ((JsonObject before, _) in old.Items(List))
        {
            string name = before.Text("name") ?? "";
            JsonObject? now = spec.Items(List).Select(c => c.Item).FirstOrDefault(c => c.Text("name") == name);
            if (now is null || !JsonNode.DeepEquals(now, before))
            {
                errors.Add(FieldError.Forbidden($"spec.{List}", $"existing ephemeral containers \"{name}\" may not be {(now is null ? "removed" : "changed")}"));
            }
        }
    }
}

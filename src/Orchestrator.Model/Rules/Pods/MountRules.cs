using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Where containers mount the pod's volumes.</summary>
internal static class MountRules
{
    public static void Validate(JsonObject container, string path, HashSet<string> volumes, ICollection<FieldError> errors)
    {
        var mountPaths = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject mount, int i) in container.Items("volumeMounts"))
        {
            string at = $"{path}.volumeMounts[{i}]";
            string? name = mount.Text("name");
            if (string.IsNullOrEmpty(name))
            {
                errors.Add(FieldError.Required($"{at}.name"));
            }
            else if (!volumes.Contains(name))
            {
                errors.Add(FieldError.NotFound($"{at}.name", name));
            }

            string? mountPath = mount.Text("mountPath");
            if (string.IsNullOrEmpty(mountPath))
            {
                errors.Add(FieldError.Required($"{at}.mountPath"));
            }
            else if (!mountPaths.Add(mountPath))
            {
                errors.Add(FieldError.Invalid($"{at}.mountPath", mountPath, "must be unique"));
            }

            errors.Check($"{at}.subPath", mount.Text("subPath"), LocalPath);
            errors.Check($"{at}.subPathExpr", mount.Text("subPathExpr"), LocalPath);
            if (mount.Text("subPath") is { Length: > 0 } && mount.Text("subPathExpr") is { Length: > 0 } expression)
            {
                errors.Add(FieldError.Invalid($"{at}.subPathExpr", expression, "subPathExpr and subPath are mutually exclusive"));
            }

            errors.CheckOneOf($"{at}.mountPropagation", mount.Text("mountPropagation"), "None", "HostToContainer", "Bidirectional");
            if (mount.Text("mountPropagation") == "Bidirectional" && container.Child("securityContext").Flag("privileged") != true)
            {
                errors.Add(FieldError.Forbidden($"{at}.mountPropagation", "Bidirectional mount propagation is available only to privileged containers"));
            }
        }
    }

    /// <summary>A path that stays below where it starts.</summary>
    public static string? LocalPath(string path) =>
        path.StartsWith('/') ? "must be a relative path" : NoBacksteps(path);

    public static string? NoBacksteps(string path) => path.Split('/').Contains("..") ? "must not contain '..'" : null;
}

using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Containers, init containers, and what ephemeral containers have in common with them.</summary>
internal static class ContainerRules
{
    public static void ValidateAll(JsonObject spec, ICollection<FieldError> errors)
    {
        if (spec.Array("containers") is null or { Count: 0 })
        {
            errors.Add(FieldError.Required("spec.containers"));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var hostPorts = new HashSet<(string, string, long)>();
        HashSet<string> volumes = [.. spec.Items("volumes").Select(v => v.Item.Text("name")).OfType<string>()];
        foreach (string list in (ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers"])
        {
            foreach ((JsonObject container, int i) in spec.Items(list))
            {
                string path = $"spec.{list}[{i}]";
                Validate(container, path, errors);
                ProbeRules.Validate(container, path, list == "initContainers", spec.Integer("terminationGracePeriodSeconds"), errors);
                PortRules.Validate(container, path, spec.Flag("hostNetwork") == true, hostPorts, errors);
                MountRules.Validate(container, path, volumes, errors);
                if (container.Text("name") is { Length: > 0 } name && !names.Add(name))
                {
                    errors.Add(FieldError.Duplicate($"{path}.name", name));
                }
            }

            // Ports of init containers are not open at the same time as those of containers.
            hostPorts.Clear();
        }
    }

    private static void Validate(JsonObject container, string path, ICollection<FieldError> errors)
    {
        errors.CheckRequired($"{path}.name", container.Text("name"), NameRules.DnsLabel);
        string? image = container.Text("image");
        if (string.IsNullOrEmpty(image))
        {
            errors.Add(FieldError.Required($"{path}.image"));
        }
        else if (image.Trim() != image)
        {
            errors.Add(FieldError.Invalid($"{path}.image", image, "must not have leading or trailing whitespace"));
        }

        errors.CheckOneOf($"{path}.imagePullPolicy", container.Text("imagePullPolicy"), "Always", "IfNotPresent", "Never");
        errors.CheckOneOf($"{path}.terminationMessagePolicy", container.Text("terminationMessagePolicy"), "File", "FallbackToLogsOnError");
        foreach (string list in (ReadOnlySpan<string>)["command", "args"])
        {
            ValidateTexts(container, list, path, errors);
        }

        EnvRules.Validate(container, path, errors);
        ResourceRules.Validate(container, path, errors);
        SecurityContextRules.ValidateContainer(container, path, errors);
    }

    private static void ValidateTexts(JsonObject container, string list, string path, ICollection<FieldError> errors)
    {
        JsonArray? texts = container.Array(list);
        for (int i = 0; i < texts?.Count; i++)
        {
            if (texts[i].AsText() is null)
            {
                errors.Add(FieldError.TypeInvalid($"{path}.{list}[{i}]", texts[i].AsScalarText(), "must be a string"));
            }
        }
    }
}

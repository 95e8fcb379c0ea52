using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>What Kubernetes warns of in a pod that it takes.</summary>
internal static class PodWarnings
{
    private static readonly string[] Bytes = ["memory", "ephemeral-storage"];

    public static void Of(JsonObject? spec, ICollection<string> warnings)
    {
        foreach (string list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach ((JsonObject container, int i) in spec.Items(list))
            {
                HiddenVariables(container, $"spec.{list}[{i}]", warnings);
                FractionsOfBytes(container, $"spec.{list}[{i}]", warnings);
            }
        }
    }

    private static void HiddenVariables(JsonObject container, string path, ICollection<string> warnings)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject variable, int i) in container.Items("env"))
        {
            if (variable.Text("name") is { } name && !seen.Add(name))
            {
                warnings.Add($"{path}.env[{i}]: hides previous definition of \"{name}\", which may be dropped when using apply");
            }
        }
    }

    private static void FractionsOfBytes(JsonObject container, string path, ICollection<string> warnings)
    {
        foreach (string list in (ReadOnlySpan<string>)["requests", "limits"])
        {
            foreach ((string name, JsonNode? value) in container.Child("resources", list) ?? [])
            {
                if (Bytes.Contains(name, StringComparer.Ordinal) && Quantity.TryParse(value.AsScalarText(), out Quantity quantity) && quantity != Quantity.FromUnits(quantity.Value))
                {
                    warnings.Add($"{path}.resources.{list}[{name}]: fractional byte value \"{value.AsScalarText()}\" is invalid, must be an integer");
                }
            }
        }
    }
}

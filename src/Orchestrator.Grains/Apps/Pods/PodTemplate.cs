using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.Pods;

/// <summary>Pods made from a template.</summary>
internal static class PodTemplate
{
    /// <summary>A pod that is not stored yet: of the template's spec, labels, annotations and finalizers, controlled by its maker.</summary>
    /// <param name="kind">Of the maker.</param>
    /// <param name="controller">The maker.</param>
    /// <param name="template">Its <c>spec.template</c>.</param>
    /// <param name="name">The pod's name; null generates one.</param>
    public static JsonObject Pod(ControllerKind kind, StoredObject controller, JsonObject? template, string? name = null)
    {
        var metadata = new JsonObject();
        if (name is null)
        {
            metadata["generateName"] = controller.Key.Name + "-";
        }
        else
        {
            metadata["name"] = name;
        }

        foreach (string member in (ReadOnlySpan<string>)["labels", "annotations", "finalizers"])
        {
            if (template.Child("metadata")?[member] is { } value)
            {
                metadata[member] = value.DeepClone();
            }
        }

        metadata["ownerReferences"] = new JsonArray(kind.Reference(controller));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = template.Child("spec")?.DeepClone() ?? new JsonObject(),
        };
    }
}

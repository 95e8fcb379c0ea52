using System.Text.Json.Nodes;
using Orchestrator.Model.Devices;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>Taints, resources and devices of nodes.</summary>
internal sealed class NodeRules : IKindRules
{
    public void Default(JsonObject obj) => obj.ObjectOrNew("spec");

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        ValidateTaints(obj.Child("spec"), errors);
        foreach (string list in (ReadOnlySpan<string>)["capacity", "allocatable"])
        {
            ResourceRules.ValidateList(obj.Child("status", list), $"status.{list}", errors);
        }

        if (obj.Child("metadata", "annotations").Text(WellKnown.DevicesAnnotation) is { } devices)
        {
            NodeDeviceText.Read(devices, $"metadata.annotations[{WellKnown.DevicesAnnotation}]", errors);
        }

        string? oldId = old.Child("spec").Text("providerID");
        if (!string.IsNullOrEmpty(oldId) && oldId != obj.Child("spec").Text("providerID"))
        {
            errors.Add(FieldError.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"));
        }
    }

    private static void ValidateTaints(JsonObject? spec, ICollection<FieldError> errors)
    {
        var seen = new HashSet<(string?, string?)>();
        foreach ((JsonObject taint, int i) in spec.Items("taints"))
        {
            string path = $"spec.taints[{i}]";
            errors.CheckRequired($"{path}.key", taint.Text("key"), NameRules.QualifiedName);
            errors.Check($"{path}.value", taint.Text("value"), NameRules.LabelValue);
            errors.CheckRequired($"{path}.effect", taint.Text("effect"), _ => null);
            errors.CheckOneOf($"{path}.effect", taint.Text("effect"), TolerationRules.Effects);
            if (!seen.Add((taint.Text("key"), taint.Text("effect"))))
            {
                errors.Add(FieldError.Duplicate(path, $"{taint.Text("key")}:{taint.Text("effect")}"));
            }
        }
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>The instance that a VirtualMachine's template makes.</summary>
internal static class NewInstance
{
    public static JsonObject Of(VirtualMachineView view)
    {
        JsonObject? template = view.Json.Child("spec", "template");
        var metadata = new JsonObject { ["name"] = view.Stored.Key.Name };
        foreach (string member in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (template.Child("metadata")?[member] is { } value)
            {
                metadata[member] = value.DeepClone();
            }
        }

        metadata.ObjectOrNew("annotations")![VirtualMachinePlan.TemplateAnnotation] = TemplateHash.Of(template?["spec"]);
        metadata["ownerReferences"] = new JsonArray(ControllerKind.VirtualMachine.Reference(view.Stored));
        JsonObject spec = template.Child("spec")?.DeepClone() as JsonObject ?? new JsonObject();
        if (view.IsStartAsked && view.Request.Child("data").Text("paused") == "true")
        {
            spec["startStrategy"] = "Paused";
        }

        if (view.Models?.Instancetype is { } instancetype)
        {
            MachineModel.ApplyInstancetype(instancetype, view.Models.Preference, metadata, spec);
        }

        if (view.Models?.Preference is { } preference)
        {
            MachineModel.ApplyPreference(preference, metadata, spec);
        }

        return new JsonObject { ["apiVersion"] = "kubevirt.io/v1", ["kind"] = "VirtualMachineInstance", ["metadata"] = metadata, ["spec"] = spec };
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary>The order of booting, which disks and interfaces share.</summary>
internal static class BootOrderRules
{
    public static void Validate(JsonObject? devices, string path, ICollection<FieldError> errors)
    {
        var taken = new HashSet<long>();
        foreach (string list in (ReadOnlySpan<string>)["disks", "interfaces"])
        {
            foreach ((JsonObject device, int i) in devices.Items(list))
            {
                if (device["bootOrder"] is not { } given)
                {
                    continue;
                }

                string at = $"{path}.{list}[{i}].bootOrder";
                if (given.AsInteger() is not ({ } order and > 0))
                {
                    errors.Add(FieldError.Invalid(at, given, "must have a boot order > 0, if supplied"));
                }
                else if (!taken.Add(order))
                {
                    errors.Add(FieldError.Invalid(at, order, $"Boot order for {path}.{list}[{i}] already set for a different device."));
                }
            }
        }
    }
}

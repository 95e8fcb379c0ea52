using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>
/// What an instance type and a preference make of an instance. An instance type gives; a preference fills in what is left open, before defaults do. Pure.
/// </summary>
internal static class MachineModel
{
    private const int SpreadCores = 2;

    public static void ApplyInstancetype(JsonObject model, JsonObject? preference, JsonObject metadata, JsonObject spec)
    {
        JsonObject domain = spec.ObjectOrNew("domain")!;
        long processors = model.Child("cpu").Integer("guest") ?? 1;
        JsonObject cpu = domain.ObjectOrNew("cpu")!;
        (cpu["sockets"], cpu["cores"], cpu["threads"]) = Cut(processors, preference);
        CopyMissing(model.Child("cpu"), "model", cpu, "model");
        CopyMissing(model.Child("cpu"), "maxSockets", cpu, "maxSockets");
        domain.ObjectOrNew("memory")!["guest"] = model.Child("memory")?["guest"]?.DeepClone();
        if (model.Child("memory").Integer("overcommitPercent") is { } percent and > 0
            && model.Child("memory")?["guest"].AsScalarText() is { } guest)
        {
            decimal bytes = new ResourceQuantity(guest).ToDecimal();
            domain.ObjectOrNew("resources")!.ObjectOrNew("requests")!["memory"] = ((long)(bytes * (100 - percent) / 100)).ToString(CultureInfo.InvariantCulture);
        }

        foreach (string list in (ReadOnlySpan<string>)["gpus", "hostDevices"])
        {
            foreach ((JsonObject device, _) in model.Items(list))
            {
                if (domain.ObjectOrNew("devices")![list] is not JsonArray devices)
                {
                    domain.ObjectOrNew("devices")![list] = devices = [];
                }

                devices.Add(device.DeepClone());
            }
        }

        CopyMissing(model, "nodeSelector", spec, "nodeSelector");
        CopyMissing(model, "schedulerName", spec, "schedulerName");
        Annotate(model, metadata);
    }

    public static void ApplyPreference(JsonObject model, JsonObject metadata, JsonObject spec)
    {
        JsonObject domain = spec.ObjectOrNew("domain")!;
        CopyMissing(model, "preferredTerminationGracePeriodSeconds", spec, "terminationGracePeriodSeconds");
        if (model.Child("machine")?["preferredMachineType"] is not null)
        {
            CopyMissing(model.Child("machine"), "preferredMachineType", domain.ObjectOrNew("machine")!, "type");
        }

        if (model.Child("cpu")?["preferredCPUFeatures"] is not null)
        {
            CopyMissing(model.Child("cpu"), "preferredCPUFeatures", domain.ObjectOrNew("cpu")!, "features");
        }

        foreach (string feature in (ReadOnlySpan<string>)["Acpi", "Apic", "Smm", "Kvm", "Hyperv", "Pvspinlock"])
        {
            if (model.Child("features")?["preferred" + feature] is not null)
            {
                CopyMissing(model.Child("features"), "preferred" + feature, domain.ObjectOrNew("features")!, feature.ToLowerInvariant());
            }
        }

        ApplyFirmware(model.Child("firmware"), domain);
        DevicePreference.Apply(model.Child("devices"), spec, domain);
        Annotate(model, metadata);
    }

    internal static void CopyMissing(JsonObject? from, string name, JsonObject to, string toName)
    {
        if (from?[name] is { } value && to[toName] is null)
        {
            to[toName] = value.DeepClone();
        }
    }

    private static (long Sockets, long Cores, long Threads) Cut(long processors, JsonObject? preference)
    {
        string topology = preference.Child("cpu").Text("preferredCPUTopology") ?? "sockets";
        long ratio = preference.Integer("preferSpreadSocketToCoreRatio") ?? SpreadCores;
        return topology.Replace("prefer", "", StringComparison.Ordinal).ToLowerInvariant() switch
        {
            "cores" => (1, processors, 1),
            "threads" => (1, 1, processors),
            "spread" when ratio > 0 && processors % ratio == 0 => (processors / ratio, ratio, 1),
            _ => (processors, 1, 1),
        };
    }

    private static void ApplyFirmware(JsonObject? model, JsonObject domain)
    {
        if (model is null || domain.Child("firmware", "bootloader") is not null)
        {
            return;
        }

        if (model.Flag("preferredUseEfi") == true || model["preferredEfi"] is not null)
        {
            JsonObject efi = model.Child("preferredEfi")?.DeepClone() as JsonObject ?? new JsonObject { ["secureBoot"] = model.Flag("preferredUseSecureBoot") == true };
            domain.ObjectOrNew("firmware")!.ObjectOrNew("bootloader")!["efi"] = efi;
        }
        else if (model.Flag("preferredUseBios") == true)
        {
            domain.ObjectOrNew("firmware")!.ObjectOrNew("bootloader")!["bios"] = new JsonObject { ["useSerial"] = model.Flag("preferredUseBiosSerial") == true };
        }
    }

    private static void Annotate(JsonObject model, JsonObject metadata)
    {
        foreach ((string name, JsonNode? value) in model.Child("annotations") ?? [])
        {
            metadata.ObjectOrNew("annotations")!.TryAdd(name, value?.DeepClone());
        }
    }
}

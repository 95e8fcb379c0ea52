using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary>What an instance is given where its writer leaves it open, as KubeVirt does.</summary>
internal static class InstanceDefaults
{
    private const string FirstInterface = "default";

    /// <summary>Of a template only what does not depend on an instance type or preference.</summary>
    public static void ApplyToTemplate(JsonObject spec)
    {
        spec.DefaultIfEmpty("architecture", "amd64");
        spec.ObjectOrNew("domain")?.ObjectOrNew("devices");
    }

    public static void Apply(JsonObject spec)
    {
        ApplyToTemplate(spec);
        if (spec.Child("domain") is not { } domain || domain.Child("devices") is not { } devices)
        {
            return;
        }

        domain.ObjectOrNew("machine")?.DefaultIfEmpty("type", "q35");
        spec.Default("terminationGracePeriodSeconds", 180);
        AddDisks(spec, devices);
        AddInterface(spec, devices);
        if (devices.Flag("autoattachInputDevice") == true && devices["inputs"].IsUnset())
        {
            devices["inputs"] = new JsonArray(new JsonObject { ["name"] = "default-0", ["type"] = "tablet", ["bus"] = "usb" });
        }
    }

    /// <summary>A volume that no disk names becomes one, and a disk that is of no kind is a disk.</summary>
    private static void AddDisks(JsonObject spec, JsonObject devices)
    {
        HashSet<string?> named = [.. devices.Items("disks").Select(d => d.Item.Text("name"))];
        List<string?> missing = [.. spec.Items("volumes").Select(v => v.Item.Text("name")).Where(n => !string.IsNullOrEmpty(n) && !named.Contains(n))];
        if (missing.Count > 0 && devices["disks"] is null)
        {
            devices["disks"] = new JsonArray();
        }

        foreach (string? name in missing)
        {
            devices.Array("disks")?.Add(new JsonObject { ["name"] = name, ["disk"] = new JsonObject { ["bus"] = "virtio" } });
        }

        foreach ((JsonObject disk, _) in devices.Items("disks"))
        {
            if (disk["disk"] is null && disk["lun"] is null && disk["cdrom"] is null)
            {
                disk["disk"] = new JsonObject();
            }

            foreach (string kind in (ReadOnlySpan<string>)["disk", "lun", "cdrom"])
            {
                disk.Child(kind)?.DefaultIfEmpty("bus", "sata");
            }
        }
    }

    private static void AddInterface(JsonObject spec, JsonObject devices)
    {
        if (devices["interfaces"].IsUnset() && spec["networks"].IsUnset() && devices.Flag("autoattachPodInterface") != false)
        {
            devices["interfaces"] = new JsonArray(new JsonObject { ["name"] = FirstInterface, ["masquerade"] = new JsonObject() });
            spec["networks"] = new JsonArray(new JsonObject { ["name"] = FirstInterface, ["pod"] = new JsonObject() });
        }

        foreach ((JsonObject item, _) in devices.Items("interfaces"))
        {
            item.DefaultIfEmpty("model", "virtio");
        }
    }
}

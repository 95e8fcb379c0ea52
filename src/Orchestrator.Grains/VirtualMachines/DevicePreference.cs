using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>What a preference makes of an instance's devices. Pure.</summary>
internal static class DevicePreference
{
    public static void Apply(JsonObject? model, JsonObject spec, JsonObject domain)
    {
        if (model is null)
        {
            return;
        }

        JsonObject devices = domain.ObjectOrNew("devices")!;
        (string From, string To)[] whole =
        [
            ("preferredRng", "rng"), ("preferredBlockMultiQueue", "blockMultiQueue"), ("preferredUseVirtioTransitional", "useVirtioTransitional"), ("preferredDisableHotplug", "disableHotplug"),
            ("preferredAutoattachGraphicsDevice", "autoattachGraphicsDevice"), ("preferredAutoattachMemBalloon", "autoattachMemBalloon"), ("preferredAutoattachPodInterface", "autoattachPodInterface"),
            ("preferredAutoattachSerialConsole", "autoattachSerialConsole"), ("preferredAutoattachInputDevice", "autoattachInputDevice"),
        ];
        foreach ((string from, string to) in whole)
        {
            MachineModel.CopyMissing(model, from, devices, to);
        }

        AddDisks(spec, devices);
        foreach ((JsonObject disk, _) in devices.Items("disks"))
        {
            ApplyToDisk(model, disk);
        }

        foreach ((JsonObject item, _) in devices.Items("interfaces"))
        {
            MachineModel.CopyMissing(model, "preferredInterfaceModel", item, "model");
        }

        foreach ((JsonObject input, _) in devices.Items("inputs"))
        {
            MachineModel.CopyMissing(model, "preferredInputBus", input, "bus");
            MachineModel.CopyMissing(model, "preferredInputType", input, "type");
        }
    }

    /// <summary>Volumes that no disk names become disks later; here already, so that the preference says what they are like.</summary>
    private static void AddDisks(JsonObject spec, JsonObject devices)
    {
        HashSet<string?> named = [.. devices.Items("disks").Select(d => d.Item.Text("name"))];
        foreach (string name in spec.Items("volumes").Select(v => v.Item.Text("name")).OfType<string>().Where(n => !named.Contains(n)).ToList())
        {
            if (devices["disks"] is not JsonArray disks)
            {
                devices["disks"] = disks = [];
            }

            disks.Add(new JsonObject { ["name"] = name });
        }
    }

    private static void ApplyToDisk(JsonObject model, JsonObject disk)
    {
        if (disk["cdrom"] is null && disk["lun"] is null)
        {
            MachineModel.CopyMissing(model, "preferredDiskBus", disk.ObjectOrNew("disk")!, "bus");
            MachineModel.CopyMissing(model, "preferredDiskCache", disk, "cache");
            MachineModel.CopyMissing(model, "preferredDiskIO", disk, "io");
        }

        if (disk.Child("cdrom") is { } cdrom)
        {
            MachineModel.CopyMissing(model, "preferredCdromBus", cdrom, "bus");
        }

        if (disk.Child("lun") is { } lun)
        {
            MachineModel.CopyMissing(model, "preferredLunBus", lun, "bus");
        }
    }
}

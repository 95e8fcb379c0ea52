using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary>Disks of a machine: each names one volume, and is one kind of device.</summary>
internal static class DiskRules
{
    private const int MaxSerialLength = 256;

    public static void Validate(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        HashSet<string?> volumes = [.. spec.Items("volumes").Select(v => v.Item.Text("name"))];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject disk, int i) in spec.Child("domain", "devices").Items("disks"))
        {
            string at = $"{path}.domain.devices.disks[{i}]";
            string? name = disk.Text("name");
            errors.CheckRequired($"{at}.name", name, NameRules.DnsLabel);
            if (name is not null && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            if (name is not null && !volumes.Contains(name))
            {
                errors.Add(FieldError.Invalid($"{at}.name", name, "'name' not found: no volume has this name"));
            }

            ValidateDevice(disk, at, errors);
            errors.CheckOneOf($"{at}.cache", disk.Text("cache"), "none", "writethrough", "writeback");
            errors.CheckOneOf($"{at}.io", disk.Text("io"), "native", "threads", "io_uring");
            if (disk.Text("io") == "native" && disk.Text("cache") is "writethrough" or "writeback")
            {
                errors.Add(FieldError.Invalid($"{at}.io", "native", "needs cache none"));
            }

            errors.CheckOneOf($"{at}.errorPolicy", disk.Text("errorPolicy"), "stop", "report", "ignore", "enospace");
            errors.Check($"{at}.serial", disk.Text("serial"), v => v.Length <= MaxSerialLength ? DomainRules.SafeName(v) : $"must be no more than {MaxSerialLength} characters");
        }
    }

    private static void ValidateDevice(JsonObject disk, string at, ICollection<FieldError> errors)
    {
        string[] kinds = [.. ((string[])["disk", "lun", "cdrom"]).Where(k => disk[k] is not null)];
        if (kinds.Length > 1)
        {
            errors.Add(FieldError.Invalid(at, string.Join(", ", kinds), "can only have a single target type defined"));
        }

        errors.CheckOneOf($"{at}.disk.bus", disk.Child("disk").Text("bus"), "virtio", "sata", "scsi", "usb");
        errors.CheckOneOf($"{at}.lun.bus", disk.Child("lun").Text("bus"), "virtio", "sata", "scsi");
        errors.CheckOneOf($"{at}.cdrom.bus", disk.Child("cdrom").Text("bus"), "sata", "scsi");
        errors.CheckOneOf($"{at}.cdrom.tray", disk.Child("cdrom").Text("tray"), "open", "closed");
        if (disk.Child("cdrom").Flag("readonly") == false)
        {
            errors.Add(FieldError.Invalid($"{at}.cdrom.readonly", false, "a CD-ROM is only read"));
        }

        if (disk.Child("blockSize", "custom") is { } size)
        {
            foreach (string member in (ReadOnlySpan<string>)["logical", "physical"])
            {
                if (size.Integer(member) is not ({ } bytes and >= 512 and <= 2_097_152) || (bytes & (bytes - 1)) != 0)
                {
                    errors.Add(FieldError.Invalid($"{at}.blockSize.custom.{member}", size[member], "must be a power of 2 from 512 to 2097152"));
                }
            }
        }
    }
}

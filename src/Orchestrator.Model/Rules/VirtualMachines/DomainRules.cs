using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary>Processors, memory, board and firmware of a machine.</summary>
internal static class DomainRules
{
    private const long MaxProcessors = 288;
    private const long LeastMemoryBytes = 1 << 20;

    public static void Validate(JsonObject domain, string path, InstanceContext context, ICollection<FieldError> errors)
    {
        ValidateProcessors(domain.Child("cpu"), $"{path}.cpu", context, errors);
        ValidateMemory(domain, path, context, errors);
        ValidateBoard(domain, path, errors);
        ValidateFirmware(domain, path, errors);
        errors.CheckOneOf($"{path}.rebootPolicy", domain.Text("rebootPolicy"), "Reboot", "Terminate");
        JsonObject? devices = domain.Child("devices");
        foreach ((JsonObject input, int i) in devices.Items("inputs"))
        {
            errors.CheckOneOf($"{path}.devices.inputs[{i}].type", input.Text("type"), "tablet", "keyboard");
            errors.CheckOneOf($"{path}.devices.inputs[{i}].bus", input.Text("bus"), "usb", "virtio");
        }

        errors.CheckOneOf($"{path}.devices.watchdog.i6300esb.action", devices.Child("watchdog", "i6300esb").Text("action"), "reset", "poweroff", "shutdown");
        foreach ((JsonObject device, int i) in devices.Items("panicDevices"))
        {
            errors.CheckOneOf($"{path}.devices.panicDevices[{i}].model", device.Text("model"), "isa", "pvpanic");
        }

        foreach (string list in (ReadOnlySpan<string>)["gpus", "hostDevices"])
        {
            foreach ((JsonObject device, int i) in devices.Items(list))
            {
                errors.CheckRequired($"{path}.devices.{list}[{i}].name", device.Text("name"), static _ => null);
                errors.CheckRequired($"{path}.devices.{list}[{i}].deviceName", device.Text("deviceName"), NameRules.QualifiedName);
            }
        }
    }

    private static void ValidateProcessors(JsonObject? cpu, string path, InstanceContext context, ICollection<FieldError> errors)
    {
        long all = 1;
        foreach (string part in (ReadOnlySpan<string>)["sockets", "cores", "threads"])
        {
            if (cpu?[part] is null)
            {
                continue;
            }

            if (context.HasInstancetype)
            {
                errors.Add(FieldError.Forbidden($"{path}.{part}", "conflicts with the instance type, which gives the processors"));
            }

            long count = cpu.Integer(part) ?? 0;
            if (count < 1)
            {
                errors.Add(FieldError.Invalid($"{path}.{part}", cpu[part], "must be at least 1"));
            }

            all = Math.Min(all * Math.Max(count, 1), int.MaxValue);
        }

        if (all > MaxProcessors)
        {
            errors.Add(FieldError.Invalid(path, all, $"a machine has at most {MaxProcessors} processors"));
        }

        if (cpu.Integer("maxSockets") is { } most && most < (cpu.Integer("sockets") ?? 1))
        {
            errors.Add(FieldError.Invalid($"{path}.sockets", cpu.Integer("sockets") ?? 1, "Number of sockets in CPU topology is greater than the maximum sockets allowed"));
        }

        errors.Check($"{path}.model", cpu.Text("model"), SafeName);
        foreach ((JsonObject feature, int i) in cpu.Items("features"))
        {
            errors.CheckRequired($"{path}.features[{i}].name", feature.Text("name"), SafeName);
            errors.CheckOneOf($"{path}.features[{i}].policy", feature.Text("policy"), "force", "require", "optional", "disable", "forbid");
        }
    }

    /// <summary>Names become part of options of the emulator.</summary>
    internal static string? SafeName(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? null : "must consist of letters, digits, '-', '_' and '.'";

    private static void ValidateMemory(JsonObject domain, string path, InstanceContext context, ICollection<FieldError> errors)
    {
        JsonObject? resources = domain.Child("resources");
        ResourceRules.ValidateList(resources.Child("requests"), $"{path}.resources.requests", errors);
        ResourceRules.ValidateList(resources.Child("limits"), $"{path}.resources.limits", errors);
        JsonNode? guest = domain.Child("memory")?["guest"];
        if (context.HasInstancetype)
        {
            if (guest is not null)
            {
                errors.Add(FieldError.Forbidden($"{path}.memory.guest", "conflicts with the instance type, which gives the memory"));
            }

            return;
        }

        JsonNode? request = resources.Child("requests")?["memory"];
        JsonNode? limit = resources.Child("limits")?["memory"];
        if (guest is null && request is null && limit is null)
        {
            errors.Add(FieldError.Required($"{path}.memory.guest", "no memory requested: set memory.guest or resources.requests.memory"));
            return;
        }

        if (guest is not null)
        {
            if (!Quantity.TryParse(guest.AsScalarText(), out Quantity size) || size.Sign <= 0)
            {
                errors.Add(FieldError.Invalid($"{path}.memory.guest", guest.AsScalarText(), "must be a quantity greater than 0"));
            }
            else if (size.CompareTo(Quantity.Parse(LeastMemoryBytes.ToString(System.Globalization.CultureInfo.InvariantCulture))) < 0)
            {
                errors.Add(FieldError.Invalid($"{path}.memory.guest", guest.AsScalarText(), "must be at least 1Mi"));
            }
            else if (limit is not null && Quantity.TryParse(limit.AsScalarText(), out Quantity most) && size.CompareTo(most) > 0)
            {
                errors.Add(FieldError.Invalid($"{path}.memory.guest", guest.AsScalarText(), $"must be equal to or less than the memory limit {limit.AsScalarText()}"));
            }
        }
    }

    private static void ValidateBoard(JsonObject domain, string path, ICollection<FieldError> errors)
    {
        if (domain.Child("machine").Text("type") is not { Length: > 0 } type)
        {
            return;
        }

        bool isKnown = type is "q35" or "pc" or "microvm" || ((type.StartsWith("pc-q35-", StringComparison.Ordinal) || type.StartsWith("pc-i440fx-", StringComparison.Ordinal)) && SafeName(type) is null);
        if (!isKnown)
        {
            errors.Add(FieldError.NotSupported($"{path}.machine.type", type, "q35", "pc", "microvm", "pc-q35-*", "pc-i440fx-*"));
        }
    }

    private static void ValidateFirmware(JsonObject domain, string path, ICollection<FieldError> errors)
    {
        JsonObject? firmware = domain.Child("firmware");
        string at = $"{path}.firmware";
        errors.Check($"{at}.uuid", firmware.Text("uuid"), v => Guid.TryParseExact(v, "D", out _) ? null : "must be a UUID");
        JsonObject? bootloader = firmware.Child("bootloader");
        if (bootloader?["efi"] is not null && bootloader["bios"] is not null)
        {
            errors.Add(FieldError.Invalid($"{at}.bootloader", "efi, bios", "has both EFI and BIOS configured, but they are mutually exclusive"));
        }

        if (bootloader?["efi"] is JsonObject efi && efi.Flag("secureBoot") != false && (domain.Child("features")?["smm"] is not JsonObject smm || smm.Flag("enabled") == false))
        {
            errors.Add(FieldError.Invalid($"{at}.bootloader.efi.secureBoot", efi.Flag("secureBoot") ?? true, "secureBoot, which is on by default, requires features.smm to be enabled"));
        }

        ValidateKernelBoot(firmware.Child("kernelBoot"), $"{at}.kernelBoot", errors);
    }

    private static void ValidateKernelBoot(JsonObject? boot, string path, ICollection<FieldError> errors)
    {
        if (boot is null)
        {
            return;
        }

        JsonObject? container = boot.Child("container");
        if (container is null)
        {
            if (!string.IsNullOrEmpty(boot.Text("kernelArgs")))
            {
                errors.Add(FieldError.Invalid($"{path}.kernelArgs", boot.Text("kernelArgs"), "kernel arguments cannot be provided without an external kernel"));
            }

            return;
        }

        errors.CheckRequired($"{path}.container.image", container.Text("image"), static _ => null);
        errors.CheckOneOf($"{path}.container.imagePullPolicy", container.Text("imagePullPolicy"), "Always", "IfNotPresent", "Never");
        if (string.IsNullOrEmpty(container.Text("kernelPath")))
        {
            errors.Add(FieldError.Required($"{path}.container.kernelPath"));
        }
    }
}

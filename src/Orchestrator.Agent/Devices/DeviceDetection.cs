using Orchestrator.Model.Devices;

namespace Orchestrator.Agent.Devices;

/// <summary>
/// Finds the GPUs of the machine by what their kernel drivers show: NVIDIA's in <c>/proc/driver/nvidia/gpus</c>, AMD's in
/// <c>/sys/class/drm</c>. Cards without a driver loaded are not found, since no container could use them; name them by <c>--device</c>.
/// </summary>
public static class DeviceDetection
{
    private const string AmdVendor = "0x1002";

    /// <param name="root">Root of the file system, <c>/</c>.</param>
    public static IReadOnlyList<NodeDevice> Find(string root) => [.. Nvidia(root), .. Amd(root)];

    // Each has a file: "Model: \t\t NVIDIA A100-SXM4-40GB\nGPU UUID: \t GPU-...\nDevice Minor: \t 0\n...".
    private static IEnumerable<NodeDevice> Nvidia(string root)
    {
        var gpus = Path.Combine(root, "proc/driver/nvidia/gpus");
        if (!Directory.Exists(gpus))
        {
            yield break;
        }

        foreach (var directory in Directory.EnumerateDirectories(gpus).Order(StringComparer.Ordinal))
        {
            var file = Path.Combine(directory, "information");
            if (!File.Exists(file))
            {
                continue;
            }

            var facts = File.ReadLines(file).Select(l => l.Split(':', 2)).Where(p => p.Length == 2)
                .DistinctBy(p => p[0].Trim(), StringComparer.Ordinal).ToDictionary(p => p[0].Trim(), p => p[1].Trim(), StringComparer.Ordinal);
            var address = Path.GetFileName(directory);
            yield return new NodeDevice("nvidia.com/gpu", facts.GetValueOrDefault("GPU UUID") is { Length: > 0 } uuid ? uuid : address, Label(facts.GetValueOrDefault("Model")))
            {
                Paths = facts.TryGetValue("Device Minor", out var minor) ? [$"/dev/nvidia{minor}", .. Existing(root, "/dev/nvidiactl", "/dev/nvidia-uvm")] : [],
                PciAddress = address,
            };
        }
    }

    private static IEnumerable<NodeDevice> Amd(string root)
    {
        var cards = Path.Combine(root, "sys/class/drm");
        if (!Directory.Exists(cards))
        {
            yield break;
        }

        foreach (var card in Directory.EnumerateDirectories(cards, "renderD*").Order(StringComparer.Ordinal))
        {
            var device = Path.Combine(card, "device");
            if (Read(Path.Combine(device, "vendor")) != AmdVendor)
            {
                continue;
            }

            var target = new DirectoryInfo(device).ResolveLinkTarget(returnFinalTarget: true);
            var address = target is null ? null : Path.GetFileName(target.FullName);
            yield return new NodeDevice("amd.com/gpu", Path.GetFileName(card), Label(Read(Path.Combine(device, "product_name"))))
            {
                Memory = Read(Path.Combine(device, "mem_info_vram_total")) is { Length: > 0 } bytes ? bytes : null,
                Paths = [$"/dev/dri/{Path.GetFileName(card)}", .. Existing(root, "/dev/kfd")],
                PciAddress = address,
            };
        }
    }

    private static IEnumerable<string> Existing(string root, params IEnumerable<string> paths) => paths.Where(p => File.Exists(Path.Combine(root, p[1..])));

    private static string Read(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "";

    /// <summary>A name as a label value: <c>NVIDIA A100-SXM4-40GB</c> becomes <c>NVIDIA-A100-SXM4-40GB</c>.</summary>
    private static string Label(string? name)
    {
        var text = string.Concat((name ?? "").Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).Trim('-', '_', '.');
        return text.Length > 63 ? text[..63].TrimEnd('-', '_', '.') : text;
    }
}

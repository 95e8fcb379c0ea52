using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>Finds the modules that a guest needs, in the order in which they must be loaded.</summary>
internal static class KernelModules
{
    private static readonly string[] Needed = ["virtio_pci", "virtio_blk", "virtio_console", "virtio_net", "virtiofs", "overlay", "ext4"];

    /// <summary>Changes with what is needed.</summary>
    public static string Fingerprint { get; } = string.Join(',', Needed);

    /// <param name="directory">A <c>lib/modules/VERSION</c> directory. Modules that are not in it are taken to be built into the kernel.</param>
    /// <exception cref="InvalidDataException">A module that is there needs one that is not, or is compressed.</exception>
    public static IReadOnlyList<string> InLoadOrder(string directory)
    {
        var files = Directory.EnumerateFiles(directory, "*.ko*", SearchOption.AllDirectories)
            .GroupBy(path => Path.GetFileName(path).Split('.')[0].Replace('-', '_'), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var module in Needed.Where(files.ContainsKey))
        {
            Visit(module, files, order, depth: 0);
        }

        return order;
    }

    private static void Visit(string module, Dictionary<string, string> files, List<string> order, int depth)
    {
        if (!files.TryGetValue(module, out var path) || !path.EndsWith(".ko", StringComparison.Ordinal) || depth > files.Count)
        {
            throw new InvalidDataException($"kernel module {module} is missing, compressed or needs itself");
        }

        if (order.Contains(path))
        {
            return;
        }

        foreach (var dependency in Dependencies(File.ReadAllBytes(path)))
        {
            Visit(dependency, files, order, depth + 1);
        }

        order.Add(path);
    }

    /// <summary>What the module's own <c>.modinfo</c> section names: packages hold no <c>modules.dep</c>, which is made when they are installed.</summary>
    internal static IEnumerable<string> Dependencies(ReadOnlySpan<byte> module)
    {
        var start = module.IndexOf("\0depends="u8);
        if (start < 0)
        {
            return [];
        }

        var value = module[(start + "\0depends=".Length)..];
        return Encoding.ASCII.GetString(value[..value.IndexOf((byte)0)]).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Replace('-', '_')).ToArray();
    }
}

using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Images;

/// <summary>Lays out a small root file system from the machine's static busybox (package <c>busybox-static</c>): an image where no registry is reachable.</summary>
public static class BusyboxRoot
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly string[] Directories = ["bin", "dev", "etc", "home", "proc", "root", "run", "sys", "usr/bin", "usr/sbin", "sbin", "var"];

    /// <summary>Fills <paramref name="root"/>, which exists and is empty.</summary>
    /// <param name="busybox">Path of a statically linked busybox.</param>
    /// <exception cref="InvalidImageException">Busybox is missing or cannot be run.</exception>
    public static async Task CreateAsync(string root, string busybox, CancellationToken cancel)
    {
        if (!File.Exists(busybox))
        {
            throw new InvalidImageException($"{busybox} is missing: install the package busybox-static");
        }

        foreach (var directory in Directories)
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        Directory.CreateDirectory(Path.Combine(root, "tmp"));
        File.SetUnixFileMode(Path.Combine(root, "tmp"), (UnixFileMode)0b1_111_111_111);
        var program = Path.Combine(root, "bin", "busybox");
        File.Copy(busybox, program);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        foreach (var applet in (await Tool.RunAsync(busybox, ["--list"], Timeout, cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(applet => applet != "busybox"))
        {
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        }

        await File.WriteAllTextAsync(Path.Combine(root, "etc", "passwd"), "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n", cancel);
        await File.WriteAllTextAsync(Path.Combine(root, "etc", "group"), "root:x:0:\nnogroup:x:65534:\n", cancel);
    }
}

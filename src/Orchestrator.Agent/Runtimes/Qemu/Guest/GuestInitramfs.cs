namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>Writes the initial file system that all guests share: the first process, and the kernel's modules.</summary>
internal static class GuestInitramfs
{
    private static readonly string[] Directories = ["dev", "modules", "proc", "sys"];

    /// <param name="output">Gets the archive, not compressed: an emulated processor unpacks slowly.</param>
    /// <param name="init">See <see cref="GuestInit"/>.</param>
    /// <param name="modules">Paths of modules, in load order.</param>
    public static void Write(Stream output, byte[] init, IReadOnlyList<string> modules)
    {
        var cpio = new CpioWriter(output);
        foreach (var directory in Directories)
        {
            cpio.AddDirectory(directory);
        }

        cpio.AddFile("init", init, (UnixFileMode)0b111_101_101);
        foreach (var module in modules)
        {
            cpio.AddFile("modules/" + Path.GetFileName(module), File.ReadAllBytes(module));
        }

        cpio.AddFile("modules/order", System.Text.Encoding.UTF8.GetBytes(string.Concat(modules.Select(module => Path.GetFileName(module) + "\n"))));
        cpio.Finish();
    }
}

using System.Reflection;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>Writes the part of the initial file system that all guests share: busybox, modules, and the init script.</summary>
internal static class GuestInitramfs
{
    private static readonly string[] Applets =
    [
        "cat", "chmod", "chroot", "cp", "echo", "grep", "hostname", "insmod", "ip", "kill", "ln", "mkdir", "mkfifo", "mount", "poweroff", "printf", "rm", "sh", "sync", "touch", "unshare", "usleep",
    ];

    public static byte[] InitScript { get; } = ReadInitScript();

    /// <param name="output">Gets the archive, not compressed: an emulated processor unpacks slowly.</param>
    /// <param name="busybox">The busybox program.</param>
    /// <param name="modules">Paths of modules, in load order.</param>
    public static void Write(Stream output, string busybox, IReadOnlyList<string> modules)
    {
        const UnixFileMode executable = (UnixFileMode)0b111_101_101;
        var cpio = new CpioWriter(output);
        foreach (var directory in (string[])["bin", "dev", "machine", "modules", "proc", "root", "run", "sys"])
        {
            cpio.AddDirectory(directory);
        }

        cpio.AddFile("init", InitScript, executable);
        cpio.AddFile("bin/busybox", File.ReadAllBytes(busybox), executable);
        foreach (var applet in Applets)
        {
            cpio.AddSymbolicLink("bin/" + applet, "busybox");
        }

        foreach (var module in modules)
        {
            cpio.AddFile("modules/" + Path.GetFileName(module), File.ReadAllBytes(module));
        }

        cpio.AddFile("modules/order", System.Text.Encoding.UTF8.GetBytes(string.Concat(modules.Select(module => Path.GetFileName(module) + "\n"))));
        cpio.Finish();
    }

    private static byte[] ReadInitScript()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Orchestrator.Agent.Guest.init.sh")
            ?? throw new InvalidOperationException("the guest's init script is not embedded");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}

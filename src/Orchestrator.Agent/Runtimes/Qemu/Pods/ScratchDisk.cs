using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>The empty disk that every pod's machine begins with: formatted once. The emulator keeps what a machine writes in a file of its own, which goes with the machine.</summary>
internal sealed class ScratchDisk(QemuOptions options, TimeProvider time)
{
    /// <summary>What the containers of a pod may write beside their volumes.</summary>
    private const long SizeBytes = 8L << 30;

    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromMinutes(1);

    public async Task<string> EnsureAsync(CancellationToken cancel)
    {
        var path = Path.Combine(options.ImageStoreDirectory, "scratch-disk");
        if (File.Exists(path))
        {
            return path;
        }

        using var exclusive = await LockFile.TakeAsync(path + ".lock", exclusive: true, LockTimeout, time, cancel);
        if (!File.Exists(path))
        {
            // No journal: a machine that loses power is never started again with what it wrote.
            var size = FormattableString.Invariant($"{SizeBytes / 1024}k");
            await Tool.RunAsync("mke2fs", ["-q", "-F", "-t", "ext4", "-m", "0", "-O", "^has_journal", "-E", "lazy_itable_init=1,root_owner=0:0", path + ".part", size], ToolTimeout, cancel);
            File.Move(path + ".part", path);
        }

        return path;
    }
}

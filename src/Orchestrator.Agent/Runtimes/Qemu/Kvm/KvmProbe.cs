using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Kvm;

/// <summary>
/// Finds out what KVM can run on this machine by running it. That the device opens proves little: where the machine is itself a guest,
/// KVM may run small guests and stop at a Linux kernel.
/// </summary>
internal sealed class KvmProbe(QemuOptions options, TimeProvider time)
{
    /// <summary>Asks the least of KVM: nested ones may refuse registers that <c>host</c> sets.</summary>
    private const string PlainCpuModel = "qemu64";
    private const string GuestSign = "orchestrator-probe-passed";
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly string[] CpuModels = ["host", PlainCpuModel];

    private string VerdictPath => Path.Combine(options.RootDirectory, "kvm-verdict.json");

    /// <summary>The verdict, from disk where nothing that it depends on has changed.</summary>
    public async Task<KvmVerdict> RunAsync(string emulatorVersion, GuestFiles guest, CancellationToken cancel)
    {
        var bootId = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", cancel)).Trim();
        var key = $"{bootId} {emulatorVersion} {guest.Version}";
        if (RecordFile.TryRead(VerdictPath, MachineJson.Default.KvmVerdict) is { } known && known.Key == key)
        {
            return known;
        }

        var verdict = await TryAllAsync(key, guest, cancel);
        RecordFile.Write(VerdictPath, verdict, MachineJson.Default.KvmVerdict);
        return verdict;
    }

    private async Task<KvmVerdict> TryAllAsync(string key, GuestFiles guest, CancellationToken cancel)
    {
        var device = KvmDevice.FindObstacle();
        if (device is not null)
        {
            return KvmVerdict.Decide(key, device, null, []);
        }

        var smallGuest = await TrySmallGuestAsync(cancel);
        var linux = new List<KeyValuePair<string, string?>>();
        foreach (var model in smallGuest is null ? CpuModels : [])
        {
            var failure = await TryAsync("linux", files => MachineCommandLine.ForKernelProbe(files, guest, Accelerator.Kvm(model)), GuestSign, cancel);
            linux.Add(new KeyValuePair<string, string?>(model, failure));
            if (failure is null)
            {
                break;
            }
        }

        return KvmVerdict.Decide(key, null, smallGuest, linux);
    }

    private async Task<string?> TrySmallGuestAsync(CancellationToken cancel)
    {
        var image = Path.Combine(Directory.CreateDirectory(Path.Combine(options.RootDirectory, "probe")).FullName, "small-guest");
        await File.WriteAllBytesAsync(image, SmallGuest.FirmwareImage(), cancel);
        return await TryAsync("small", files => MachineCommandLine.ForSmallGuest(files, Accelerator.Kvm(PlainCpuModel), image), SmallGuest.Sign.ToString(), cancel);
    }

    /// <summary>Runs a guest until it prints its sign; null if it does, else what came instead.</summary>
    private async Task<string?> TryAsync(string name, Func<MachineDirectory, IReadOnlyList<string>> arguments, string sign, CancellationToken cancel)
    {
        var files = new MachineDirectory(Path.Combine(options.RootDirectory, "probe", name), options.RunDirectory);
        // What a crashed agent left.
        MachineProcess.Find(files, time)?.Kill();
        if (Directory.Exists(files.Path))
        {
            Directory.Delete(files.Path, recursive: true);
        }

        Directory.CreateDirectory(files.Path);
        Directory.CreateDirectory(files.RunDirectory);
        MachineProcess? process = null;
        try
        {
            process = await MachineProcess.LaunchAsync(options.Emulator, arguments(files), files, [], time, cancel);
            return await WaitForSignAsync(process, files, sign, cancel);
        }
        catch (ToolFailedException error)
        {
            return error.Message;
        }
        finally
        {
            process?.Kill();
            File.Delete(files.Monitor);
        }
    }

    private async Task<string?> WaitForSignAsync(MachineProcess process, MachineDirectory files, string sign, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < AttemptTimeout)
        {
            var isAlive = process.IsAlive;
            if (File.Exists(files.Console) && (await ReadAsync(files.Console, cancel)).Contains(sign, StringComparison.Ordinal))
            {
                return null;
            }

            if (!isAlive)
            {
                return "the emulator ended: " + LastLine(files);
            }

            if (await StateAsync(process, cancel) is "internal-error")
            {
                return "the hypervisor stopped the guest with an internal error: " + LastLine(files);
            }

            await Task.Delay(PollInterval, time, cancel);
        }

        return $"no sign of life within {AttemptTimeout.TotalSeconds:0} s";
    }

    private static async Task<string?> StateAsync(MachineProcess process, CancellationToken cancel)
    {
        try
        {
            await using var monitor = await process.ConnectAsync(QmpConnection.CommandTimeout, cancel);
            return (await monitor.ExecuteAsync("query-status", null, cancel)).GetProperty("status").GetString();
        }
        catch (QmpUnavailableException)
        {
            return null;
        }
    }

    private static async Task<string> ReadAsync(string path, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var head = new byte[16 * 1024];
        return System.Text.Encoding.ASCII.GetString(head, 0, await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel));
    }

    private static string LastLine(MachineDirectory files) =>
        MachineProcess.TailOf(files.EmulatorLog).Split('\n').FirstOrDefault(line => line.Length > 0) ?? "it gave no reason";
}

using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Kvm;

namespace Orchestrator.Agent.Runtimes.Qemu;

/// <param name="Version">QEMU's; empty if it cannot be run.</param>
/// <param name="Guest">The guest's kernel and initramfs; null if there is an obstacle.</param>
/// <param name="Obstacle">Why no machine can be started: reason and message.</param>
/// <param name="Kvm">What KVM can run; null if that is not yet known.</param>
internal sealed record QemuFindings(string Version, GuestFiles? Guest, (string Reason, string Message)? Obstacle, KvmVerdict? Kvm)
{
    /// <summary>Whether the machine has what passing devices to guests needs (VFIO).</summary>
    public bool PassesDevices { get; init; }
}

/// <summary>Finds out, once for both runtimes, what QEMU on this machine can do. Good news is kept while its files exist; bad news is looked into again after a minute.</summary>
internal sealed class QemuProbe(QemuOptions options, GuestKernel kernel, KvmProbe kvm, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _probing = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private QemuFindings? _findings;
    private Task<KvmVerdict>? _kvmProbing;
    private long _foundAt;
    private bool _isDisposed;

    public async Task<QemuFindings> FindAsync(CancellationToken cancel)
    {
        await _probing.WaitAsync(cancel);
        try
        {
            if (_findings is null || (_findings.Guest is { } guest ? !File.Exists(guest.KernelPath) : time.GetElapsedTime(_foundAt) > RetryAfter))
            {
                _findings = await ProbeAsync(cancel);
                _foundAt = time.GetTimestamp();
            }

            return _findings = await WithKvmAsync(_findings);
        }
        finally
        {
            _probing.Release();
        }
    }

    /// <summary>Ends what is still being tried.</summary>
    public async ValueTask DisposeAsync()
    {
        // Both runtimes share the probe, and each disposes it.
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _stop.CancelAsync();
        if (_kvmProbing is { } probing)
        {
            await ((Task)probing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
        _probing.Dispose();
    }

    private async Task<QemuFindings> WithKvmAsync(QemuFindings findings)
    {
        if (findings.Kvm is not null || _kvmProbing is not { IsCompleted: true } probing)
        {
            return findings;
        }

        try
        {
            return findings with { Kvm = await probing };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return findings with { Kvm = new KvmVerdict("", false, null, "KvmProbeFailed", $"KVM cannot be probed: {error.Message}") };
        }
    }

    private async Task<QemuFindings> ProbeAsync(CancellationToken cancel)
    {
        var version = "";
        try
        {
            version = ParseVersion(await Tool.RunAsync(options.Emulator, ["--version"], VersionTimeout, cancel));
            await Tool.RunAsync("qemu-img", ["--version"], VersionTimeout, cancel);
            var guest = await kernel.EnsureAsync(cancel);
            // In the background: machines can be emulated while KVM is still being tried.
            _kvmProbing = Task.Run(() => kvm.RunAsync(version, guest, _stop.Token), CancellationToken.None);
            return new QemuFindings(version, guest, null, null) { PassesDevices = File.Exists("/dev/vfio/vfio") };
        }
        catch (ToolFailedException error)
        {
            return new QemuFindings(version, null, ("EmulatorMissing", $"{error.Message} (packages qemu-system-x86 and qemu-utils)"), null);
        }
        catch (Exception error) when (error is GuestKernelException or TimeoutException or IOException)
        {
            return new QemuFindings(version, null, ("GuestKernelMissing", error.Message), null);
        }
    }

    /// <summary>From <c>QEMU emulator version 7.2.22 (Debian ...)</c>.</summary>
    internal static string ParseVersion(string output)
    {
        var words = output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(words, "version");
        return at >= 0 && at + 1 < words.Length ? words[at + 1] : "";
    }
}

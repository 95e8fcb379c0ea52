using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Lab.Processes;

/// <summary>Ends processes: asked first, killed when they take too long.</summary>
internal static partial class ProcessStop
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private const int NoSuchProcess = 3;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDeath = TimeSpan.FromSeconds(10);

    /// <summary>Returns once the process is gone. One that does not exist is no error.</summary>
    /// <exception cref="TimeoutException">It lives on even after SIGKILL (it hangs in the kernel).</exception>
    public static async Task StopAsync(ProcessIdentity process, TimeSpan grace, TimeProvider time, CancellationToken cancel)
    {
        Signal(process, SigTerm);
        if (await GoneWithinAsync(process, grace, time, cancel))
        {
            return;
        }

        Signal(process, SigKill);
        if (!await GoneWithinAsync(process, LongestDeath, time, cancel))
        {
            throw new TimeoutException($"process {process.Id} does not end even when killed");
        }
    }

    private static async Task<bool> GoneWithinAsync(ProcessIdentity process, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        while (process.IsAlive)
        {
            if (time.GetElapsedTime(since) > limit)
            {
                return false;
            }

            await Task.Delay(LookEvery, time, cancel);
        }

        return true;
    }

    private static void Signal(ProcessIdentity process, int signal)
    {
        if (process.IsAlive && Kill(process.Id, signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
        {
            throw new Win32Exception(error, $"process {process.Id} cannot be ended: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}

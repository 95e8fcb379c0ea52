namespace Orchestrator.Agent.Platform;

/// <summary>
/// A lock between processes on a file (<c>flock</c>), shared or exclusive. The kernel releases it when its holder dies, so no crash leaves it behind.
/// </summary>
internal static class LockFile
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Takes the lock, waiting at most <paramref name="timeout"/>.</summary>
    /// <exception cref="TimeoutException">Another process holds it for longer.</exception>
    public static async Task<IDisposable> TakeAsync(string path, bool exclusive, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var started = time.GetTimestamp();
        while (true)
        {
            if (TryTake(path, exclusive) is { } held)
            {
                return held;
            }

            if (time.GetElapsedTime(started) > timeout)
            {
                throw new TimeoutException($"{path} is held by another process for more than {timeout.TotalSeconds:0} s");
            }

            await Task.Delay(PollInterval, time, cancel);
        }
    }

    private static FileStream? TryTake(string path, bool exclusive)
    {
        try
        {
            // .NET maps FileShare.None to an exclusive flock, and FileShare.Read of a reader to a shared one.
            return exclusive
                ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
                : OpenShared(path);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static FileStream OpenShared(string path)
    {
        if (!File.Exists(path))
        {
            using var created = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        }

        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }
}

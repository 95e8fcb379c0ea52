using System.Globalization;

namespace Orchestrator.Store.PrivatePostgres;

/// <summary>
/// The cluster's main process, as found in the process table. It is not our child: it must outlive us, and be found again by our successor.
/// </summary>
internal sealed class Postmaster(string dataDirectory)
{
    private readonly string _dataDirectory = Path.GetFullPath(dataDirectory);

    private string PidFile => Path.Combine(_dataDirectory, "postmaster.pid");

    /// <summary>Process id of the running postmaster, or null.</summary>
    public int? FindRunning() => ReadPid() is { } pid && IsOfCluster(pid) ? pid : null;

    /// <summary>
    /// Removes the lock file of a postmaster that was killed, if none of its cluster's processes is left. PostgreSQL does so itself unless a process
    /// of the same user has got the old id since, or nobody collects the dead process: then it would refuse to start for ever.
    /// </summary>
    public void RemoveStaleLock()
    {
        if (ReadPid() is not null && !Directory.GetDirectories("/proc").Any(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) && IsOfCluster(pid)))
        {
            File.Delete(PidFile);
        }
    }

    private int? ReadPid()
    {
        try
        {
            var first = File.ReadLines(PidFile).FirstOrDefault();
            return int.TryParse(first, CultureInfo.InvariantCulture, out var pid) && pid > 0 ? pid : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>All processes of a cluster have its data directory as their working directory; a dead one has none.</summary>
    private bool IsOfCluster(int pid)
    {
        try
        {
            return Directory.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName == _dataDirectory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

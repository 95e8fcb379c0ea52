namespace Orchestrator.Cli.Lab.Processes;

/// <summary>An exclusive lock (flock(2)) that the kernel releases when its holder ends, however it ends.</summary>
internal sealed class LockFile : IDisposable
{
    private readonly FileStream _file;

    private LockFile(FileStream file) => _file = file;

    /// <summary>Takes the lock, or returns null if another process holds it.</summary>
    public static LockFile? TryTake(string path)
    {
        try
        {
            return new LockFile(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}

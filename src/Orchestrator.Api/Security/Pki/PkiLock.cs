namespace Orchestrator.Api.Security.Pki;

/// <summary>Keeps two processes (a server that starts, a command that issues credentials) from making different authorities in one directory.</summary>
internal sealed class PkiLock : IDisposable
{
    private readonly FileStream _file;

    private PkiLock(FileStream file) => _file = file;

    /// <exception cref="PkiException">Another process holds it.</exception>
    public static PkiLock Take(string directory)
    {
        Directory.CreateDirectory(directory, DurableFile.PrivateDirectory);
        string path = Path.Combine(directory, ".lock");
        try
        {
            return new PkiLock(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = DurableFile.Private,
            }));
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new PkiException($"{directory} is being changed by another process; try again", e);
        }
    }

    public void Dispose() => _file.Dispose();
}

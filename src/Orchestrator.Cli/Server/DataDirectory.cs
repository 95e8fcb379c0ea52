using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Server;

/// <summary>A server's data directory, held for as long as the server runs: two servers in one would fight over its PostgreSQL.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(FileStream held) => _lock = held;

    /// <exception cref="CommandFailedException">It cannot be made or written, or another server has it.</exception>
    public static DataDirectory Take(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new DataDirectory(new FileStream(Path.Combine(path, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandFailedException($"the data directory {path} cannot be written ({e.Message}): run as a user who may, or choose another with --data-dir");
        }
        catch (IOException e) when (Directory.Exists(path))
        {
            throw new CommandFailedException($"the data directory {path} is in use by another server ({e.Message}): stop that one, or choose another with --data-dir");
        }
        catch (IOException e)
        {
            throw new CommandFailedException($"the data directory {path} cannot be made: {e.Message}");
        }
    }

    public void Dispose() => _lock.Dispose();
}

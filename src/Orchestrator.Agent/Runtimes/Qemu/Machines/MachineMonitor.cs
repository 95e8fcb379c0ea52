using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>The monitor of one launched machine: a connection that is made when it is first needed, and made again when it was lost while the machine still runs.</summary>
/// <param name="id">The machine's, for messages.</param>
/// <param name="process">The emulator; null if it has ended.</param>
internal sealed class MachineMonitor(string id, MachineProcess? process) : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private QmpConnection? _connection;

    /// <summary>The connection there is, or a new one. A new one raises attention once: what happened before it gave no event here.</summary>
    /// <exception cref="QmpUnavailableException">The machine has ended, or its monitor does not answer.</exception>
    public async Task<QmpConnection> ConnectAsync(CancellationToken cancel)
    {
        await _connecting.WaitAsync(cancel);
        try
        {
            if (_connection is null || _connection.Events.Completion.IsCompleted)
            {
                await CloseAsync();
                _connection = process is { IsAlive: true } alive
                    ? await alive.ConnectAsync(ConnectTimeout, cancel)
                    : throw new QmpUnavailableException($"machine {id} has ended");
                _connection.RaiseAttention();
            }

            return _connection;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <exception cref="QmpUnavailableException">The monitor does not answer.</exception>
    /// <exception cref="QmpCommandException">QEMU refused the command.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, JsonObject? arguments, CancellationToken cancel) =>
        await (await ConnectAsync(cancel)).ExecuteAsync(command, arguments, cancel);

    /// <summary>Tells the emulator to quit, and kills it if it does not.</summary>
    public async Task QuitAsync(CancellationToken cancel)
    {
        try
        {
            await ExecuteAsync("quit", null, cancel);
        }
        catch (Exception error) when (error is QmpUnavailableException or QmpCommandException or OperationCanceledException)
        {
            // It is killed below.
        }

        if (process is not null && !await process.WaitForEndAsync(QuitTimeout, cancel))
        {
            process.Kill();
            await process.WaitForEndAsync(QuitTimeout, cancel);
        }
    }

    /// <summary>Lets go of the connection; the machine runs on.</summary>
    public async ValueTask CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _connecting.Dispose();
    }
}

using System.Threading.Channels;

namespace Orchestrator.Load.Servers;

/// <summary>Connections that requests of an open loop take turns on: who finds none free waits, and the wait counts.</summary>
internal sealed class ConnectionPool
{
    private readonly Channel<ApiConnection> _free = Channel.CreateUnbounded<ApiConnection>();

    public ConnectionPool(IEnumerable<ApiConnection> connections)
    {
        foreach (var connection in connections)
        {
            _free.Writer.TryWrite(connection);
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> request, int expected, CancellationToken cancel)
    {
        var connection = await _free.Reader.ReadAsync(cancel);
        try
        {
            await connection.SendAsync(request, expected);
        }
        finally
        {
            _free.Writer.TryWrite(connection);
        }
    }
}

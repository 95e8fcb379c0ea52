using System.Buffers.Binary;
using Microsoft.AspNetCore.Http;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Streams.Sockets;

namespace Orchestrator.Agent.Streams.Ports;

/// <summary>
/// Port-forward by WebSocket channels, which libraries use: one connection for each port asked for, on channel 2n its data and on 2n+1 what went wrong.
/// Both begin with the port's number, little-endian.
/// </summary>
internal static class SocketPortForward
{
    /// <summary>Ports of one connection: channel numbers are a byte.</summary>
    public const int MaxPorts = 100;

    public static async Task RunAsync(HttpContext context, SocketProtocol protocol, IReadOnlyList<int> numbers, IPortSession ports, TimeProvider time, CancellationToken cancel)
    {
        await using var client = await SocketSession.AcceptAsync(context, protocol, numbers.Count * 2, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel, client.Gone);
        var connections = new List<Task>();
        for (var i = 0; i < numbers.Count; i++)
        {
            var (data, error) = (client[i * 2], client[(i * 2) + 1]);
            var number = new byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)numbers[i]);
            await data.WriteAsync(number, over.Token);
            await error.WriteAsync(number, over.Token);
            connections.Add(PortRelay.RunAsync(data, error, numbers[i], ports, over.Token));
        }

        try
        {
            await Task.WhenAll(connections);
            await client.FinishAsync(over.Token);
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

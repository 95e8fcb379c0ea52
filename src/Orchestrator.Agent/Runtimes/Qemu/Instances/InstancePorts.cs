using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Orchestrator.Agent.Streams;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>A way to the ports of a guest, at its address on the pod network.</summary>
internal sealed class InstancePorts(IPAddress address) : IPortSession
{
    private readonly ConcurrentBag<StreamChannel> _channels = [];

    public async Task<(ByteChannel Data, ByteChannel Error)> OpenAsync(int port, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancel);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new IOException($"failed to connect to {address}:{port}: {error.Message}", error);
        }

        var data = new StreamChannel(new NetworkStream(socket, ownsSocket: true), _ => socket.Shutdown(SocketShutdown.Send));
        _channels.Add(data);
        var errors = new SayingChannel();
        await errors.SayAsync(default);
        return (data, errors);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            await channel.DisposeAsync();
        }
    }
}

using System.Collections.Concurrent;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;
using Orchestrator.Agent.Streams;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Streams;

/// <summary>A way to the ports of a guest: connections to its loopback, made by its first process.</summary>
internal sealed class GuestPortSession(PodMachine machine) : IPortSession
{
    private const byte PortKind = 3;

    private readonly ConcurrentBag<GuestChannel> _channels = [];

    public async Task<(ByteChannel Data, ByteChannel Error)> OpenAsync(int port, CancellationToken cancel)
    {
        var guest = await machine.GuestAsync(cancel);
        var channel = await guest.OpenAsync(PortKind, new GuestFields().Add(GuestTag.Port, port), [GuestChannel.Output], killsAtClose: false, cancel);
        _channels.Add(channel);
        if (channel.End.IsCompleted && await channel.End is { Failure: { } failure })
        {
            throw new IOException($"failed to connect to localhost:{port} inside the machine: {failure}");
        }

        var error = new LocalChannel();
        await error.SayAsync(default, cancel);
        return (channel.Stream(GuestChannel.Output)!, error);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            await channel.DisposeAsync();
        }
    }
}

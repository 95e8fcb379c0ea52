using System.Collections.Concurrent;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>Serial consoles have one holder: who opens one takes it from whoever had it, as KubeVirt's users know it.</summary>
internal sealed class ConsoleHolders
{
    private readonly ConcurrentDictionary<string, Stream> _holders = new(StringComparer.Ordinal);

    public async Task<Stream> OpenAsync(string socketPath, CancellationToken cancel)
    {
        // First the old one goes: QEMU listens again only then.
        if (_holders.TryRemove(socketPath, out var before))
        {
            await before.DisposeAsync();
        }

        var stream = await InstanceRuntime.ConnectAsync(socketPath, cancel);
        _holders[socketPath] = stream;
        return stream;
    }
}

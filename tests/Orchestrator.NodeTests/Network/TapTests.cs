using System.Globalization;
using System.Net;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Network.Nodes;
using Orchestrator.Agent.Network.Taps;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Network;

/// <summary>Machines are plugged into the bridge by taps, with addresses of the same range as containers; on a bridge of the test's own.</summary>
public sealed class TapTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PodNetworkOptions _options;
    private readonly PodRange _range = new(new IPNetwork(IPAddress.Parse("10.191.77.0"), 29));

    public TapTests() => _options = new PodNetworkOptions
    {
        CniConfigDirectory = _directory.Path,
        StateDirectory = Path.Combine(_directory.Path, "state"),
        Bridge = "ortap" + Guid.NewGuid().ToString("N")[..6],
    };

    public async ValueTask InitializeAsync() => await NodeBridge.EnsureAsync(_options.Bridge, _range, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        using var taps = Taps();
        await taps.CollectAsync(new HashSet<string>(StringComparer.Ordinal), CancellationToken.None);
        await Shell.RunAsync("ip", ["link", "delete", _options.Bridge], CancellationToken.None);
        _directory.Dispose();
    }

    [Fact]
    public async Task A_pod_keeps_its_tap_and_address_until_it_is_detached()
    {
        using var taps = Taps();
        var first = await taps.AttachTapAsync("one", CancellationToken.None);
        var second = await taps.AttachTapAsync("two", CancellationToken.None);
        Assert.NotEqual(first.Address, second.Address);
        Assert.True(_range.Network.Contains(first.Address));
        Assert.Equal((29, IPAddress.Parse("10.191.77.1")), (first.PrefixLength, first.Gateway));
        Assert.Equal([first.TapName, second.TapName], [.. (await PortsAsync()).OrderBy(n => n != first.TapName)]);

        // An agent that was killed, and a tap that went with the machine it was open in.
        await Shell.RunAsync("ip", ["link", "delete", first.TapName], CancellationToken.None);
        using var successor = Taps();
        Assert.Equal(first, await successor.AttachTapAsync("one", CancellationToken.None));
        Assert.Contains(first.TapName, await PortsAsync());

        await successor.DetachTapAsync("one", CancellationToken.None);
        await successor.DetachTapAsync("one", CancellationToken.None);
        Assert.Equal([second.TapName], await PortsAsync());
        await successor.CollectAsync(new HashSet<string>(["two"], StringComparer.Ordinal), CancellationToken.None);
        Assert.Equal([second.TapName], await PortsAsync());
        await successor.CollectAsync(new HashSet<string>(StringComparer.Ordinal), CancellationToken.None);
        Assert.Empty(await PortsAsync());
        Assert.Empty(Directory.EnumerateFiles(_options.StateDirectory, "10.*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_range_that_is_full_is_said_and_leaves_nothing()
    {
        using var taps = Taps();
        // Eight addresses less the network's, the gateway's and the broadcast's.
        for (var i = 0; i < 5; i++)
        {
            await taps.AttachTapAsync(i.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
        }

        var error = await Assert.ThrowsAsync<NetworkUnavailableException>(() => taps.AttachTapAsync("one-too-many", CancellationToken.None));
        Assert.Contains("no IP addresses available", error.Message, StringComparison.Ordinal);
        await taps.DetachTapAsync("3", CancellationToken.None);
        Assert.True(_range.Network.Contains((await taps.AttachTapAsync("one-too-many", CancellationToken.None)).Address));
    }

    private TapAttachments Taps()
    {
        var network = new NodeNetwork();
        network.Set(_range);
        return new TapAttachments(_options, network);
    }

    private async Task<IReadOnlyList<string>> PortsAsync()
    {
        var (_, output, _) = await Shell.RunAsync("ip", ["-o", "link", "show", "master", _options.Bridge], CancellationToken.None);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')[1].Trim())];
    }
}

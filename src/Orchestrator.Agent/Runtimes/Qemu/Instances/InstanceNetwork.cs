using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Agent.Network.Dhcp;
using Orchestrator.Agent.Platform;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>What is kept of a machine's place in the pod network.</summary>
internal sealed record NetworkPlace(string Tap, string Address, int PrefixLength, string Gateway, IReadOnlyList<string> Servers, IReadOnlyList<string> Searches);

[JsonSerializable(typeof(NetworkPlace))]
internal sealed partial class NetworkPlaceJson : JsonSerializerContext;

/// <summary>Plugs machines into the pod network, where the node has one, and has them told their addresses by DHCP.</summary>
internal sealed class InstanceNetwork(QemuOptions options)
{
    private const string PlaceFile = "network.json";
    private readonly ConcurrentDictionary<string, NetworkPlace> _known = new(StringComparer.Ordinal);

    /// <summary>Gives the sandbox a tap and an address, or finds those that it has.</summary>
    public async Task AttachAsync(string sandboxDirectory, SandboxRequest request, CancellationToken cancel)
    {
        if (options.Network is not { } network)
        {
            return;
        }

        var tap = await network.AttachTapAsync(request.Pod.Metadata.Uid, cancel);
        var resolver = request.Resolver;
        var place = new NetworkPlace(tap.TapName, tap.Address.ToString(), tap.PrefixLength, tap.Gateway.ToString(), [.. resolver?.Servers ?? []], [.. resolver?.Searches ?? []]);
        AtomicFile.Write(Path.Combine(sandboxDirectory, PlaceFile), JsonSerializer.SerializeToUtf8Bytes(place, NetworkPlaceJson.Default.NetworkPlace));
        _known[sandboxDirectory] = place;
    }

    /// <summary>Takes both away again.</summary>
    public async Task DetachAsync(string sandboxDirectory, string podUid, CancellationToken cancel)
    {
        if (PlaceOf(sandboxDirectory) is { } place)
        {
            options.Leases?.Withdraw(IPAddress.Parse(place.Address));
            _known.TryRemove(sandboxDirectory, out _);
        }

        if (options.Network is { } network)
        {
            await network.DetachTapAsync(podUid, cancel);
        }
    }

    /// <summary>Null where the machine is not in the pod network.</summary>
    public NetworkPlace? PlaceOf(string sandboxDirectory)
    {
        if (_known.TryGetValue(sandboxDirectory, out var known))
        {
            return known;
        }

        var path = Path.Combine(sandboxDirectory, PlaceFile);
        return File.Exists(path) && JsonSerializer.Deserialize(File.ReadAllBytes(path), NetworkPlaceJson.Default.NetworkPlace) is { } read ? _known[sandboxDirectory] = read : null;
    }

    /// <summary>Has the machine's first interface told its address when it asks.</summary>
    public void Announce(string sandboxDirectory, InstanceRecord machine)
    {
        if (PlaceOf(sandboxDirectory) is { } place && machine.Domain.Devices?.Interfaces is [var first, ..])
        {
            options.Leases?.Grant(MacOf(machine, first), new DhcpLease(
                IPAddress.Parse(place.Address), place.PrefixLength, IPAddress.Parse(place.Gateway), machine.Name,
                [.. place.Servers.Select(s => IPAddress.TryParse(s, out var address) ? address : null).OfType<IPAddress>().Where(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)],
                place.Searches));
        }
    }

    public static string MacOf(InstanceRecord machine, V1VmInterface item) =>
        (item.MacAddress is { Length: > 0 } given ? given : VirtualMachineNames.MacOf(machine.Namespace, machine.Name, item.Name!)).Replace('-', ':').ToLowerInvariant();
}

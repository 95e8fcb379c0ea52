using System.Globalization;
using System.Net;
using Orchestrator.Agent.Network.Cni;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Network.Taps;

/// <summary>
/// Taps on the node's bridge with addresses of the CNI plugin host-local. Which pod has which address is a file per pod, written once the address is had:
/// before that a repetition gives the address back and asks again.
/// </summary>
public sealed class TapAttachments(PodNetworkOptions options, NodeNetwork network) : INetworkAttachment, IDisposable
{
    private readonly HostLocal _addresses = new(options.CniBinDirectory);
    private readonly SemaphoreSlim _oneAtATime = new(1);

    private string Records => Path.Combine(options.StateDirectory, "taps");

    public async Task<TapAttachment> AttachTapAsync(string podUid, CancellationToken cancel)
    {
        var range = network.Range ?? throw new NetworkUnavailableException("the node has no pod network yet: the server has not allotted it a range of addresses (spec.podCIDR)");
        await _oneAtATime.WaitAsync(cancel);
        try
        {
            var address = Recorded(podUid, range) ?? await AllotAsync(podUid, range, cancel);
            await EnsureTapAsync(TapName(podUid), cancel);
            return new TapAttachment(TapName(podUid), PodRange.MacOf(address), address, range.Network.PrefixLength, range.Gateway);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async Task DetachTapAsync(string podUid, CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel);
        try
        {
            await IpLink.DeleteAsync(TapName(podUid), cancel);
            if (File.Exists(Record(podUid)))
            {
                // host-local finds an owner's addresses in its records alone, so any range will do.
                await _addresses.DeleteAsync(Network(network.Range), podUid, cancel);
                File.Delete(Record(podUid));
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Detaches what belongs to none of the given pods: machines that vanished while no agent was looking.</summary>
    public async Task CollectAsync(IReadOnlySet<string> livePodUids, CancellationToken cancel)
    {
        if (!Directory.Exists(Records))
        {
            return;
        }

        foreach (var uid in Directory.EnumerateFiles(Records).Select(Path.GetFileName).OfType<string>().Where(uid => uid[0] != '.' && !livePodUids.Contains(uid)).ToList())
        {
            await DetachTapAsync(uid, cancel);
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private string Record(string podUid) => Path.Combine(Records, podUid);

    private string TapName(string podUid) => options.TapPrefix + PodNetworkOptions.Hash(podUid, 8);

    private CniNetwork Network(PodRange? range) => options.Cni(range ?? new PodRange(new IPNetwork(IPAddress.Any, 8)));

    // An address of an earlier range of the node is of no use any more.
    private IPAddress? Recorded(string podUid, PodRange range) =>
        File.Exists(Record(podUid)) && IPAddress.TryParse(File.ReadAllText(Record(podUid)), out var address) && range.Network.Contains(address) ? address : null;

    private async Task<IPAddress> AllotAsync(string podUid, PodRange range, CancellationToken cancel)
    {
        Directory.CreateDirectory(Records);
        await _addresses.DeleteAsync(Network(range), podUid, cancel);
        var address = await _addresses.AddAsync(Network(range), podUid, cancel);
        AtomicFile.Write(Record(podUid), address.ToString());
        return address;
    }

    private async Task EnsureTapAsync(string tap, CancellationToken cancel)
    {
        const int maxNameLength = 15;
        if (tap.Length > maxNameLength)
        {
            throw new ArgumentException($"a link's name has at most {maxNameLength} characters", nameof(tap));
        }

        if (!await IpLink.ExistsAsync(tap, cancel))
        {
            await IpLink.RunAsync(string.Create(CultureInfo.InvariantCulture, $"tuntap add dev {tap} mode tap"), cancel);
        }

        await IpLink.RunAsync($"link set dev {tap} master {options.Bridge} up", cancel);
    }
}

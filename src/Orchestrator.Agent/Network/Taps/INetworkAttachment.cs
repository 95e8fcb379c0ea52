using System.Net;

namespace Orchestrator.Agent.Network.Taps;

/// <summary>A machine's way into the pod network.</summary>
/// <param name="TapName">Tap device on the node's bridge, up and persistent: it is opened by name and outlives whoever has it open.</param>
/// <param name="Mac">Hardware address that the guest's interface is to have.</param>
/// <param name="Address">The pod's address.</param>
/// <param name="PrefixLength">Of the node's range.</param>
/// <param name="Gateway">Where the guest's default route leads.</param>
public sealed record TapAttachment(string TapName, string Mac, IPAddress Address, int PrefixLength, IPAddress Gateway);

/// <summary>
/// Plugs machines into the pod network, by pod. All calls may be repeated, also by a later agent: a pod keeps its tap and its address until it is
/// detached. What the guest's <c>/etc/resolv.conf</c> is to say is <see cref="Runtimes.SandboxRequest.Resolver"/>.
/// </summary>
public interface INetworkAttachment
{
    /// <summary>Gives the pod a tap and an address, or finds those that it has.</summary>
    /// <exception cref="NetworkUnavailableException">The node has no pod network yet, no address is free, or the kernel refuses; nothing is left half done.</exception>
    Task<TapAttachment> AttachTapAsync(string podUid, CancellationToken cancel);

    /// <summary>Takes both away again; a pod that has neither is no error.</summary>
    /// <exception cref="NetworkUnavailableException">It cannot be done now.</exception>
    Task DetachTapAsync(string podUid, CancellationToken cancel);
}

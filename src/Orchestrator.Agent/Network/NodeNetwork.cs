using System.Net;

namespace Orchestrator.Agent.Network;

/// <summary>What is known of the node's pod network at present. Written by those who find out, read by all who need it.</summary>
public sealed class NodeNetwork
{
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PodRange? _range;
    private volatile IPAddress? _nameServer;
    private Action _changed = static () => { };

    /// <summary>The node's range of addresses; null until the server has allotted one and the bridge is there.</summary>
    public PodRange? Range => _range;

    /// <summary>The cluster's name server as pods reach it; null until it answers.</summary>
    public IPAddress? NameServer => _nameServer;

    /// <summary>Has changes told. The handler must be quick.</summary>
    public void OnChanged(Action handler) => _changed += handler;

    /// <summary>Tells that pods can be plugged in.</summary>
    public void Set(PodRange range)
    {
        _range = range;
        _changed();
    }

    /// <summary>Returns when the name server is known, or the time is over.</summary>
    public Task NameServerKnown(TimeSpan patience, TimeProvider time, CancellationToken cancel) =>
        Task.WhenAny(_known.Task, Task.Delay(patience, time, cancel));

    /// <summary>Tells that names are answered at an address.</summary>
    public void Set(IPAddress nameServer)
    {
        _nameServer = nameServer;
        _known.TrySetResult();
        _changed();
    }
}

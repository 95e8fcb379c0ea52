using Orchestrator.Grains.Apps.Pods;

namespace Orchestrator.Grains.Apps.DaemonSets;

/// <summary>One node and the daemons on it while a plan is made.</summary>
internal sealed class DaemonNode(string name, bool runs, bool stays)
{
    private readonly List<PodView> _pods = [];

    public string Name { get; } = name;

    /// <summary>A daemon is to be here.</summary>
    public bool Runs { get; } = runs;

    /// <summary>A daemon that is here may stay.</summary>
    public bool Stays { get; } = stays;

    /// <summary>All there are, the oldest first.</summary>
    public IReadOnlyList<PodView> Pods => _pods;

    /// <summary>Those that run or will.</summary>
    public IEnumerable<PodView> Active => _pods.Where(p => p.IsActive);

    public void Add(PodView pod) => _pods.Add(pod);
}

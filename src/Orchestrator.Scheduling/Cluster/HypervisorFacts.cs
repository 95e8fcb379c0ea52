using Orchestrator.Model.Hypervisors;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>What placement needs to know of a Hypervisor.</summary>
/// <param name="Name">metadata.name.</param>
/// <param name="NodeName">spec.nodeName.</param>
/// <param name="IsReady">Condition Ready is True.</param>
/// <param name="Handlers">status.runtimeHandlers.</param>
public sealed record HypervisorFacts(string Name, string NodeName, bool IsReady, IReadOnlyList<string> Handlers)
{
    /// <summary>spec.class.</summary>
    public string Class { get; init; } = VirtualizationClasses.OSLevel;

    /// <summary>Workloads at once: the lesser of spec.maxWorkloads and status.capacity.pods; null for no limit of its own.</summary>
    public int? Slots { get; init; }

    /// <summary>Virtual processors of all machines together: spec.vcpusPerCpu times status.capacity.cpu; null for no limit.</summary>
    public int? Vcpus { get; init; }

    /// <summary>status.capabilities.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public bool IsOSLevel => Class == VirtualizationClasses.OSLevel;

    /// <summary>By content: equal facts place alike.</summary>
    public bool Equals(HypervisorFacts? other) =>
        other is not null && Name == other.Name && NodeName == other.NodeName && IsReady == other.IsReady && Class == other.Class
        && Slots == other.Slots && Vcpus == other.Vcpus && Handlers.SequenceEqual(other.Handlers) && Capabilities.SequenceEqual(other.Capabilities);

    public override int GetHashCode() => HashCode.Combine(Name, NodeName, IsReady, Handlers.Count);
}

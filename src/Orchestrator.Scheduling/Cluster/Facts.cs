using Orchestrator.Model.Devices;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>One <c>key=value</c> of a node's labels.</summary>
public readonly record struct Label(string Key, string Value);

/// <summary>A taint of a node. <paramref name="Effect"/> is NoSchedule, PreferNoSchedule or NoExecute.</summary>
public readonly record struct Taint(string Key, string Value, string Effect)
{
    /// <summary>As kubectl writes it: <c>key=value:Effect</c>, or <c>key:Effect</c> without a value.</summary>
    public override string ToString() => Value.Length == 0 ? $"{Key}:{Effect}" : $"{Key}={Value}:{Effect}";
}

/// <summary>What placement needs to know of a Node.</summary>
/// <param name="Name">metadata.name.</param>
/// <param name="Allocatable">status.allocatable (capacity where that is absent), as quantities.</param>
/// <param name="Labels">metadata.labels.</param>
/// <param name="Taints">spec.taints.</param>
/// <param name="IsCordoned">spec.unschedulable.</param>
public sealed record NodeFacts(
    string Name,
    IReadOnlyList<KeyValuePair<string, string>> Allocatable,
    IReadOnlyList<Label> Labels,
    IReadOnlyList<Taint> Taints,
    bool IsCordoned)
{
    /// <summary>Sizes in bytes of the images that the node has, by each of their names: status.images.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Images { get; init; } = [];

    /// <summary>The devices that the node lists.</summary>
    public IReadOnlyList<NodeDevice> Devices { get; init; } = [];

    /// <summary>By content: equal facts place alike.</summary>
    public bool Equals(NodeFacts? other) =>
        other is not null
        && Name == other.Name
        && IsCordoned == other.IsCordoned
        && Allocatable.SequenceEqual(other.Allocatable)
        && Labels.SequenceEqual(other.Labels)
        && Taints.SequenceEqual(other.Taints)
        && Images.SequenceEqual(other.Images)
        && Devices.SequenceEqual(other.Devices);

    public override int GetHashCode() => HashCode.Combine(Name, IsCordoned, Allocatable.Count, Labels.Count, Taints.Count);
}

namespace Orchestrator.Model.Devices;

/// <summary>One device of a node, as its agent publishes it in the Node's annotation <see cref="WellKnown.DevicesAnnotation"/>.</summary>
/// <param name="Resource">Resource by which pods ask for it: <c>nvidia.com/gpu</c>.</param>
/// <param name="Id">Name of the device, unique among the node's of its resource; the same for as long as the device is there.</param>
/// <param name="Model">What it is: a label value, <c>A100-SXM4-40GB</c>; empty where unknown.</param>
public sealed record NodeDevice(string Resource, string Id, string Model)
{
    /// <summary>Memory of its own, as a quantity; null where unknown.</summary>
    public string? Memory { get; init; }

    /// <summary>Device files that a container gets with it.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Address on the PCI bus, <c>0000:3b:00.0</c>, by which a virtual machine gets it; null where it has none.</summary>
    public string? PciAddress { get; init; }

    /// <summary>By content.</summary>
    public bool Equals(NodeDevice? other) =>
        other is not null && Resource == other.Resource && Id == other.Id && Model == other.Model && Memory == other.Memory
        && PciAddress == other.PciAddress && Paths.SequenceEqual(other.Paths, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Resource, Id, Model);
}

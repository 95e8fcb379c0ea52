using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Volumes;

/// <summary>What placement, and whoever binds, asks of a StorageClass.</summary>
public sealed record ClassFacts
{
    /// <summary>The provisioner of classes whose volumes are made by hand.</summary>
    public const string NoProvisioner = "kubernetes.io/no-provisioner";

    /// <summary>The provisioner that the server itself is: directories on the node that a pod is placed on.</summary>
    public const string LocalProvisioner = LocalVolumes.Provisioner;

    public required string Name { get; init; }

    public required string Provisioner { get; init; }

    /// <summary>Claims are bound once it is known where their first pod goes.</summary>
    public required bool WaitsForConsumer { get; init; }

    /// <summary>Where volumes can be made: one of the terms must match; null for everywhere.</summary>
    public required IReadOnlyList<NodeSelectorTerm>? Topologies { get; init; }

    public static ClassFacts Read(JsonElement storageClass)
    {
        JsonElement topologies = storageClass.Member("allowedTopologies");
        return new ClassFacts
        {
            Name = storageClass.Member("metadata").Member("name").Text(),
            Provisioner = storageClass.Member("provisioner").Text(),
            WaitsForConsumer = storageClass.Member("volumeBindingMode").Text() == "WaitForFirstConsumer",
            Topologies = topologies.HasContent() ? [.. topologies.Items().Select(Term)] : null,
        };
    }

    private static NodeSelectorTerm Term(JsonElement term) => new(
        [.. term.Member("matchLabelExpressions").Items().Select(e => new NodeRequirement(e.Member("key").Text(), false, "In", [.. e.Member("values").Items().Select(v => v.Text())]))]);
}

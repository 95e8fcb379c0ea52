using System.Text.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Reading;

namespace Orchestrator.Scheduling.Volumes;

/// <summary>What placement, and whoever binds, asks of a PersistentVolumeClaim.</summary>
public sealed record ClaimFacts
{
    /// <summary>Says, on a claim, for which node its volume is to be made.</summary>
    public const string SelectedNodeAnnotation = "volume.kubernetes.io/selected-node";

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    /// <summary>Empty for none.</summary>
    public required string ClassName { get; init; }

    /// <summary>The volume that it is bound to, or is to be; empty for none yet.</summary>
    public required string VolumeName { get; init; }

    /// <summary>Empty where none was selected.</summary>
    public required string SelectedNode { get; init; }

    public required long RequestBytes { get; init; }

    public required string VolumeMode { get; init; }

    public required IReadOnlyList<string> AccessModes { get; init; }

    /// <summary>Which volumes will do; null for all.</summary>
    public required LabelSelector? Selector { get; init; }

    public required bool IsTerminating { get; init; }

    public string Key => $"{Namespace}/{Name}";

    public static ClaimFacts Read(JsonElement claim)
    {
        JsonElement metadata = claim.Member("metadata"), spec = claim.Member("spec");
        return new ClaimFacts
        {
            Namespace = metadata.Member("namespace").Text(),
            Name = metadata.Member("name").Text(),
            Uid = metadata.Member("uid").Text(),
            ClassName = spec.Member("storageClassName").Text(),
            VolumeName = spec.Member("volumeName").Text(),
            SelectedNode = metadata.Member("annotations").Member(SelectedNodeAnnotation).Text(),
            RequestBytes = Bytes(spec.Member("resources").Member("requests").Member("storage")),
            VolumeMode = spec.Member("volumeMode").Text(),
            AccessModes = [.. spec.Member("accessModes").Items().Select(m => m.Text())],
            Selector = LabelSelectorReader.Read(spec.Member("selector"), []),
            IsTerminating = metadata.Member("deletionTimestamp").IsPresent(),
        };
    }

    internal static long Bytes(JsonElement quantity) => Quantity.TryParse(quantity.Text(), out Quantity size) ? size.Value : 0;
}

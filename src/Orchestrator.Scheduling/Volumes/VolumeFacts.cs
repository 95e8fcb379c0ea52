using System.Text.Json;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Volumes;

/// <summary>What placement, and whoever binds, asks of a PersistentVolume.</summary>
public sealed record VolumeFacts
{
    public required string Name { get; init; }

    /// <summary>Empty for none.</summary>
    public required string ClassName { get; init; }

    public required long CapacityBytes { get; init; }

    public required string VolumeMode { get; init; }

    public required IReadOnlyList<string> AccessModes { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary><c>NAMESPACE/NAME</c> of the claim that it is kept for; empty for none.</summary>
    public required string Claim { get; init; }

    /// <summary>Uid of that claim; empty where any claim of the name will do.</summary>
    public required string ClaimUid { get; init; }

    /// <summary>Where it can be reached from: one of the terms must match; null for everywhere.</summary>
    public required IReadOnlyList<NodeSelectorTerm>? Reach { get; init; }

    public required bool IsTerminating { get; init; }

    public static VolumeFacts Read(JsonElement volume)
    {
        JsonElement metadata = volume.Member("metadata"), spec = volume.Member("spec"), claim = spec.Member("claimRef");
        JsonElement required = spec.Member("nodeAffinity").Member("required");
        return new VolumeFacts
        {
            Name = metadata.Member("name").Text(),
            ClassName = spec.Member("storageClassName").Text(),
            CapacityBytes = ClaimFacts.Bytes(spec.Member("capacity").Member("storage")),
            VolumeMode = spec.Member("volumeMode").Text(),
            AccessModes = [.. spec.Member("accessModes").Items().Select(m => m.Text())],
            Labels = metadata.Member("labels").Members().ToDictionary(l => l.Name, l => l.Value.Text(), StringComparer.Ordinal),
            Claim = claim.IsPresent() ? $"{claim.Member("namespace").Text()}/{claim.Member("name").Text()}" : "",
            ClaimUid = claim.Member("uid").Text(),
            Reach = required.IsPresent() ? NodeAffinityReader.Terms(required) : null,
            IsTerminating = metadata.Member("deletionTimestamp").IsPresent(),
        };
    }

    /// <summary>Whether it is kept for the claim.</summary>
    public bool IsKeptFor(ClaimFacts claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return Claim == claim.Key && (ClaimUid.Length == 0 || ClaimUid == claim.Uid);
    }

    /// <summary>Whether the claim, which has no volume yet, could have it: kept for nobody else, of its class, large enough, and of the kind that is asked for.</summary>
    public bool Suits(ClaimFacts claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return !IsTerminating
            && (Claim.Length == 0 ? claim.Selector?.Matches(Labels) != false : IsKeptFor(claim))
            && ClassName == claim.ClassName
            && CapacityBytes >= claim.RequestBytes
            && VolumeMode == claim.VolumeMode
            && claim.AccessModes.All(m => AccessModes.Contains(m));
    }

    /// <summary>The one of several that the claim gets: what is kept for it, else the smallest that suits it, then by name.</summary>
    public static VolumeFacts? Choose(ClaimFacts claim, IEnumerable<VolumeFacts> volumes) =>
        volumes.Where(v => v.Suits(claim)).OrderByDescending(v => v.Claim.Length > 0).ThenBy(v => v.CapacityBytes).ThenBy(v => v.Name, StringComparer.Ordinal).FirstOrDefault();
}

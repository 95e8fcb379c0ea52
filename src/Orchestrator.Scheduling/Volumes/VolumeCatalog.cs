using System.Runtime.InteropServices;
using System.Text.Json;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Volumes;

/// <summary>The claims, volumes and classes of a cluster, and what they mean for where a pod can go (Kubernetes' VolumeBinding plugin).</summary>
public sealed class VolumeCatalog
{
    private readonly Dictionary<string, ClaimFacts> _claims = new(StringComparer.Ordinal);
    private readonly Dictionary<string, VolumeFacts> _volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClassFacts> _classes = new(StringComparer.Ordinal);

    public void Set(ClaimFacts claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        _claims[claim.Key] = claim;
    }

    public void Set(VolumeFacts volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        _volumes[volume.Name] = volume;
    }

    public void Set(ClassFacts storageClass)
    {
        ArgumentNullException.ThrowIfNull(storageClass);
        _classes[storageClass.Name] = storageClass;
    }

    /// <param name="key"><c>NAMESPACE/NAME</c>.</param>
    public void RemoveClaim(string key) => _claims.Remove(key);

    public void RemoveVolume(string name) => _volumes.Remove(name);

    public void RemoveClass(string name) => _classes.Remove(name);

    /// <summary>Names of the claims that a pod mounts.</summary>
    public static IEnumerable<string> ClaimsOf(JsonElement pod) => pod.Member("spec").Member("volumes").Items()
        .Select(v => v.Member("persistentVolumeClaim").Member("claimName").Text()).Where(c => c.Length > 0).Distinct(StringComparer.Ordinal);

    /// <summary>What the pod's claims ask of its node, as things are.</summary>
    public VolumeDemand Resolve(JsonElement pod)
    {
        List<ClaimDemand>? demands = null;
        string ns = pod.Member("metadata").Member("namespace").Text();
        foreach (string name in ClaimsOf(pod))
        {
            if (!_claims.TryGetValue($"{ns}/{name}", out ClaimFacts? claim))
            {
                return new VolumeDemand([], $"persistentvolumeclaim \"{name}\" not found");
            }

            (ClaimDemand? demand, string? obstacle) = Resolve(claim);
            if (demand is null)
            {
                return new VolumeDemand([], obstacle);
            }

            (demands ??= []).Add(demand);
        }

        return demands is null ? VolumeDemand.None : new VolumeDemand(demands, null);
    }

    /// <summary>What is to become of a claim whose first pod goes to the node.</summary>
    /// <param name="key">The claim, <c>NAMESPACE/NAME</c>.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="slot">The node.</param>
    /// <param name="taken">Volumes that are spoken for.</param>
    public VolumeChoice Choose(string key, ClusterState cluster, int slot, IReadOnlySet<string> taken)
    {
        if (!_claims.TryGetValue(key, out ClaimFacts? claim) || claim.VolumeName.Length > 0)
        {
            return VolumeChoice.Nothing;
        }

        IEnumerable<VolumeFacts> near = _volumes.Values.Where(v => !taken.Contains(v.Name) && (v.Reach is null || v.Reach.Any(t => t.Matches(cluster, slot))));
        if (VolumeFacts.Choose(claim, near) is { } volume)
        {
            return new VolumeChoice(VolumeStep.Bind, volume.Name);
        }

        return _classes.GetValueOrDefault(claim.ClassName) is { Provisioner: not ClassFacts.NoProvisioner } storage
            ? new VolumeChoice(storage.Provisioner == ClassFacts.LocalProvisioner ? VolumeStep.MakeLater : VolumeStep.MakeFirst, null)
            : new VolumeChoice(VolumeStep.Impossible, null);
    }

    private (ClaimDemand? Demand, string? Obstacle) Resolve(ClaimFacts claim)
    {
        if (claim.IsTerminating)
        {
            return (null, $"persistentvolumeclaim \"{claim.Name}\" is being deleted");
        }

        if (claim.VolumeName.Length > 0)
        {
            return !_volumes.TryGetValue(claim.VolumeName, out VolumeFacts? volume) ? (null, $"persistentvolumeclaim \"{claim.Name}\" bound to non-existent persistentvolume \"{claim.VolumeName}\"")
                : !volume.IsKeptFor(claim) ? (null, "pod has unbound immediate PersistentVolumeClaims")
                : (new ClaimDemand(claim.Key, volume.Reach, IsBound: true), null);
        }

        if (!_classes.TryGetValue(claim.ClassName, out ClassFacts? storage) || !storage.WaitsForConsumer)
        {
            return (null, "pod has unbound immediate PersistentVolumeClaims");
        }

        if (claim.SelectedNode.Length > 0)
        {
            return (new ClaimDemand(claim.Key, [new NodeSelectorTerm([new NodeRequirement("metadata.name", IsField: true, "In", [claim.SelectedNode])])], IsBound: false), null);
        }

        return (new ClaimDemand(claim.Key, ReachOfUnbound(claim, storage), IsBound: false), null);
    }

    private IReadOnlyList<NodeSelectorTerm>? ReachOfUnbound(ClaimFacts claim, ClassFacts storage)
    {
        bool isMade = storage.Provisioner != ClassFacts.NoProvisioner && claim.Selector is null;
        VolumeFacts[] suiting = [.. _volumes.Values.Where(v => v.Suits(claim)).OrderBy(v => v.Name, StringComparer.Ordinal)];
        return (isMade && storage.Topologies is null) || suiting.Any(v => v.Reach is null)
            ? null
            : [.. isMade ? storage.Topologies! : [], .. suiting.SelectMany(v => v.Reach!)];
    }
}

/// <summary>What becomes of an unbound claim with the choice of a node.</summary>
public enum VolumeStep
{
    /// <summary>Nothing: it is bound.</summary>
    Nothing,

    /// <summary>It gets a volume that there is.</summary>
    Bind,

    /// <summary>The node is written on the claim, and a volume that cannot fail to be made is made there.</summary>
    MakeLater,

    /// <summary>The node is written on the claim, and the pod waits for what its provisioner makes of it.</summary>
    MakeFirst,

    /// <summary>No volume is left for it.</summary>
    Impossible,
}

/// <param name="Step">What to do.</param>
/// <param name="Volume">The volume to bind it to.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct VolumeChoice(VolumeStep Step, string? Volume)
{
    public static VolumeChoice Nothing => default;
}

using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Store;

namespace Orchestrator.Grains.Volumes;

/// <summary>Binds one PersistentVolumeClaim. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IVolumeClaimGrain : IReconcilerGrain;

/// <summary>Looks after one PersistentVolume. The key is its name.</summary>
public interface IVolumeGrain : IReconcilerGrain;

internal sealed class VolumeClaimGrain(AppsParts parts, ILogger<VolumeClaimGrain> logger)
    : ReconcilingGrain(parts.Store, parts.Events, parts.Time, logger, parts.Admission), IVolumeClaimGrain
{
    private readonly StoredVolumes _volumes = new(parts.Store);

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        if (_volumes.FindClaim(this.GetPrimaryKeyString()) is not { } claim)
        {
            return ReconcilePlan.Gone;
        }

        ClaimFacts facts = StoredVolumes.Claim(claim);
        StoredObject? node = facts.SelectedNode.Length == 0 ? null : Store.Get(new ObjectKey(Resources.Nodes, "", facts.SelectedNode));
        return ClaimPlan.Plan(new ClaimView(
            claim, _volumes.FindClass(facts.ClassName), _volumes.Volumes, _volumes.FindVolume, () => _volumes.IsInUse(claim), node is null ? null : StoredJson.Read(node), now));
    }
}

internal sealed class VolumeGrain(AppsParts parts, ILogger<VolumeGrain> logger)
    : ReconcilingGrain(parts.Store, parts.Events, parts.Time, logger), IVolumeGrain
{
    private readonly StoredVolumes _volumes = new(parts.Store);

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        if (_volumes.FindVolume(this.GetPrimaryKeyString()) is not { } volume)
        {
            return ReconcilePlan.Gone;
        }

        VolumeFacts facts = StoredVolumes.Volume(volume);
        return VolumePlan.Plan(volume, _volumes.FindClaim(facts.Claim), () => HasNode(facts), now);
    }

    private bool HasNode(VolumeFacts volume)
    {
        var cluster = new ClusterState();
        foreach (StoredObject stored in Store.List(Resources.Nodes).Items)
        {
            using JsonDocument json = JsonDocument.Parse(stored.Json);
            cluster.SetNode(NodeReader.ReadNode(json.RootElement));
        }

        return Enumerable.Range(0, cluster.SlotCount).Any(slot => cluster.NameOf(slot) is not null && (volume.Reach is null || volume.Reach.Any(t => t.Matches(cluster, slot))));
    }
}

using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Queueing;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Scheduling.Workloads;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>
/// Claims that are bound with the choice of a node: the volumes that a pod gets are chosen with its node, and written in one transaction with its bind.
/// Where somebody else makes the volume, only the node is written on the claim, and the pod waits for what comes of it.
/// </summary>
internal sealed partial class SchedulerCore
{
    // Waiting pods with claims, and the claims.
    private readonly Dictionary<string, HashSet<string>> _claimants = new(StringComparer.Ordinal);

    // Volumes chosen for pods whose bind has not been answered.
    private readonly Dictionary<string, string> _spokenFor = new(StringComparer.Ordinal);

    private void SetVolume(StoredObject stored, DateTimeOffset now)
    {
        using JsonDocument json = JsonDocument.Parse(stored.Json);
        switch (stored.Key.Resource)
        {
            case Objects.Resources.VolumeClaims:
                _cluster.Volumes.Set(ClaimFacts.Read(json.RootElement));
                break;
            case Objects.Resources.Volumes:
                _cluster.Volumes.Set(VolumeFacts.Read(json.RootElement));
                break;
            default:
                _cluster.Volumes.Set(ClassFacts.Read(json.RootElement));
                break;
        }

        ReconsiderClaimants(stored.Key, now);
    }

    private void RemoveVolume(ObjectKey key, DateTimeOffset now)
    {
        switch (key.Resource)
        {
            case Objects.Resources.VolumeClaims:
                _cluster.Volumes.RemoveClaim($"{key.Namespace}/{key.Name}");
                break;
            case Objects.Resources.Volumes:
                _cluster.Volumes.RemoveVolume(key.Name);
                break;
            default:
                _cluster.Volumes.RemoveClass(key.Name);
                break;
        }

        ReconsiderClaimants(key, now);
    }

    private void NoteClaims(StoredObject stored, JsonElement pod)
    {
        HashSet<string> claims = [.. VolumeCatalog.ClaimsOf(pod).Select(c => $"{stored.Key.Namespace}/{c}")];
        if (claims.Count > 0)
        {
            _claimants[stored.Uid] = claims;
        }
    }

    // What their claims ask may have changed, and with it what the pods ask.
    private void ReconsiderClaimants(ObjectKey changed, DateTimeOffset now)
    {
        string claim = $"{changed.Namespace}/{changed.Name}";
        foreach ((string uid, HashSet<string> claims) in _claimants.ToArray())
        {
            if ((changed.Namespace.Length == 0 || claims.Contains(claim)) && _waiting.TryGetValue(uid, out WaitingPod? waiting) && !_assumed.Contains(uid))
            {
                using JsonDocument json = JsonDocument.Parse(waiting.Object.Json);
                PodFacts facts = PodReader.Read(json.RootElement) with { Uid = uid, Namespace = waiting.Object.Key.Namespace, Name = waiting.Object.Key.Name };
                Wait(waiting.Object, facts, WorkloadOf(json.RootElement, facts.SchedulerName, HandlerOf(facts) ?? ""), now);
            }
        }
    }

    /// <summary>What is written to claims and volumes so that the pod can run on the node; an obstacle where it cannot, or not yet.</summary>
    private (IReadOnlyList<ClaimAssignment> Assignments, string? Obstacle) ChooseVolumes(PendingPod pod, Workload workload, string nodeName)
    {
        List<ClaimAssignment>? assignments = null;
        string? obstacle = null;
        foreach (ClaimDemand demand in workload.Shape.Volumes.Claims.Where(c => !c.IsBound))
        {
            if (!_cluster.TryFindSlot(nodeName, out int slot))
            {
                break;
            }

            VolumeChoice choice = _cluster.Volumes.Choose(demand.Claim, _cluster, slot, _spokenFor.Keys.ToHashSet(StringComparer.Ordinal));
            if (choice.Step == VolumeStep.Impossible)
            {
                Unspeak(pod.Facts.Uid);
                return ([], "node(s) didn't find available persistent volumes to bind");
            }

            if (choice.Step == VolumeStep.Nothing)
            {
                continue;
            }

            if (choice.Volume is { } volume)
            {
                _spokenFor[volume] = pod.Facts.Uid;
            }

            obstacle ??= choice.Step == VolumeStep.MakeFirst ? $"waiting for the volume of persistentvolumeclaim \"{demand.Claim[(demand.Claim.IndexOf('/', StringComparison.Ordinal) + 1)..]}\" to be provisioned for node {nodeName}" : null;
            string[] key = demand.Claim.Split('/', 2);
            (assignments ??= []).Add(new ClaimAssignment(new ObjectKey(Objects.Resources.VolumeClaims, key[0], key[1]), nodeName, choice.Volume));
        }

        return (assignments ?? (IReadOnlyList<ClaimAssignment>)[], obstacle);
    }

    // The claims' volumes are not there: the pod waits until its claims change.
    private SchedulingDecision WaitForVolumes(
        PendingPod pod, WaitingPod waiting, IReadOnlyList<ClaimAssignment> assignments, string obstacle, DateTimeOffset now)
    {
        string uid = pod.Facts.Uid;
        _cluster.RemovePod(uid);
        _groups.Of(uid)?.SetWaiting(uid);
        Unspeak(uid);
        _queue.ReturnUnschedulable(uid, 0, now);
        return Unschedulable(pod, waiting, PlacementReport.Unbound(_cluster.NodeCount, obstacle), now) with { Volumes = assignments };
    }

    private void Unspeak(string uid)
    {
        foreach (string volume in _spokenFor.Where(v => v.Value == uid).Select(v => v.Key).ToArray())
        {
            _spokenFor.Remove(volume);
        }
    }
}

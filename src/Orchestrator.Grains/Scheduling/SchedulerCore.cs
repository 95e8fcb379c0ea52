using System.Text.Json;
using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Queueing;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Workloads;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>
/// The scheduler's state between its inputs (changes, results of binds) and its outputs (decisions). Synchronous, single-threaded, without
/// I/O or clock: the session feeds it. A decision is assumed at once, and the assumption taken back where its bind fails.
/// </summary>
internal sealed class SchedulerCore
{
    // Bits of SchedulingQueue's rejection sets beside those of the filters.
    private const int UnknownRuntimeClass = 1 << 30;

    // After so many lost races in a row a pod backs off, instead of being tried again at once.
    private const int ImmediateRetries = 3;

    private readonly string _schedulerName;
    private readonly ClusterState _cluster = new();
    private readonly WorkloadCatalog _workloads;
    private readonly QueueingHints _hints;
    private readonly HashSet<PodIdentity> _placedSince = [];
    private readonly SchedulingQueue _queue = new();
    private readonly Placer _placer;
    private readonly Dictionary<string, NodeFacts> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _handlers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaitingPod> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _podRevisions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assumed = new(StringComparer.Ordinal);
    private readonly int _anyFilter;
    private readonly int _servesRuntime;
    private readonly int _usage;

    public SchedulerCore(string schedulerName, PlacementProfile profile, Random random)
    {
        _schedulerName = schedulerName;
        _workloads = new WorkloadCatalog(_cluster);
        _hints = new QueueingHints(_cluster, profile);
        _placer = new Placer(_cluster, profile, random);
        _anyFilter = (1 << profile.FilterCount) - 1;
        _servesRuntime = profile.BitOf(nameof(ServesRuntime));
        _usage = profile.BitOf(nameof(FitsResources)) | profile.BitOf(nameof(HasFreeHostPorts));
    }

    public ClusterState Cluster => _cluster;

    public SchedulingQueue Queue => _queue;

    /// <summary>Pods decided on whose bind has not been answered.</summary>
    public int AssumedCount => _assumed.Count;

    /// <summary>Takes in the present state of an object, at the start or when it changes. Older states than known are ignored.</summary>
    public void Set(StoredObject stored, DateTimeOffset now)
    {
        switch (stored.Key.Resource)
        {
            case Resources.Pods:
                SetPod(stored, now);
                break;
            case Resources.Nodes:
                SetNode(stored, now);
                break;
            case Resources.Hypervisors:
                using (JsonDocument json = JsonDocument.Parse(stored.Json))
                {
                    _cluster.SetHypervisor(NodeReader.ReadHypervisor(json.RootElement));
                }

                _queue.WakeRejectedBy(_servesRuntime, now);
                break;
            case Resources.RuntimeClasses:
                using (JsonDocument json = JsonDocument.Parse(stored.Json))
                {
                    string? handler = json.RootElement.TryGetProperty("handler", out JsonElement value) ? value.GetString() : null;
                    _handlers[stored.Key.Name] = handler ?? "";
                }

                _queue.WakeRejectedBy(UnknownRuntimeClass, now);
                break;
            case Resources.Namespaces:
                using (JsonDocument json = JsonDocument.Parse(stored.Json))
                {
                    SetNamespace(stored.Key.Name, NamespaceReader.Labels(json.RootElement), now);
                }

                break;
        }
    }

    /// <summary>Takes in that an object is gone.</summary>
    public void Remove(StoredObject stored, DateTimeOffset now)
    {
        switch (stored.Key.Resource)
        {
            case Resources.Pods:
                _podRevisions.Remove(stored.Uid);
                Forget(stored.Uid);
                ReleasePod(stored.Uid, now);
                break;
            case Resources.Nodes:
                _nodes.Remove(stored.Key.Name);
                _cluster.RemoveNode(stored.Key.Name);
                break;
            case Resources.Hypervisors:
                _cluster.RemoveHypervisor(stored.Key.Name);
                break;
            case Resources.RuntimeClasses:
                _handlers.Remove(stored.Key.Name);
                break;
            case Resources.Namespaces:
                SetNamespace(stored.Key.Name, null, now);
                break;
        }
    }

    /// <summary>Decides on the next ready pods, at most <paramref name="limit"/>.</summary>
    public List<SchedulingDecision> Decide(int limit, DateTimeOffset now)
    {
        WakeCompany(now);
        var decisions = new List<SchedulingDecision>();
        while (decisions.Count < limit && _queue.Take(now) is { } pod)
        {
            decisions.Add(Decide(pod, _waiting[pod.Facts.Uid], now));
        }

        return decisions;
    }

    /// <summary>
    /// Takes in what became of a decision's write. <paramref name="present"/> is the pod as now stored, null where it is gone.
    /// </summary>
    public void Complete(SchedulingDecision decision, CommitOutcome outcome, StoredObject? present, DateTimeOffset now)
    {
        if (decision.NodeName is null)
        {
            // The pod waits already; a condition that lost a race is said again at the next attempt.
            return;
        }

        string uid = decision.Pod.Facts.Uid;
        if (outcome == CommitOutcome.Committed)
        {
            _assumed.Remove(uid);
            Forget(uid);
            if (present is not null && _podRevisions.TryGetValue(uid, out long known))
            {
                _podRevisions[uid] = Math.Max(known, present.Revision);
            }

            return;
        }

        if (_assumed.Remove(uid))
        {
            ReleasePod(uid, now);
        }

        if (present is null || present.Uid != uid)
        {
            Forget(uid);
            return;
        }

        SetPod(present, now);
        if (decision.Pod.Attempts < ImmediateRetries)
        {
            _queue.ReturnToReady(uid, now);
        }
        else
        {
            _queue.ReturnToBackoff(uid, now);
        }
    }

    private void SetNode(StoredObject stored, DateTimeOffset now)
    {
        using JsonDocument json = JsonDocument.Parse(stored.Json);
        NodeFacts facts = NodeReader.ReadNode(json.RootElement);

        // Most updates of nodes are of their status and change nothing here; waking every waiting pod for each would be in vain.
        if (!_nodes.TryGetValue(facts.Name, out NodeFacts? known) || !known.Equals(facts))
        {
            _nodes[facts.Name] = facts;
            _cluster.SetNode(facts);
            _queue.WakeRejectedBy(_anyFilter, now, (pod, rejectedBy) => _hints.NodeMayHelp(facts.Name, _waiting[pod.Facts.Uid].Workload, rejectedBy));
        }
    }

    private void SetPod(StoredObject stored, DateTimeOffset now)
    {
        if (_podRevisions.TryGetValue(stored.Uid, out long known) && known >= stored.Revision)
        {
            return;
        }

        _podRevisions[stored.Uid] = stored.Revision;
        using JsonDocument json = JsonDocument.Parse(stored.Json);
        PodFacts facts = PodReader.Read(json.RootElement) with { Uid = stored.Uid, Namespace = stored.Key.Namespace, Name = stored.Key.Name };
        if (facts.HasEnded)
        {
            _assumed.Remove(stored.Uid);
            Forget(stored.Uid);
            ReleasePod(stored.Uid, now);
        }
        else if (facts.NodeName.Length > 0)
        {
            _assumed.Remove(stored.Uid);
            Forget(stored.Uid);
            Workload workload = _workloads.Find(json.RootElement, HandlerOf(facts) ?? "");
            _cluster.PlacePod(stored.Uid, facts.NodeName, workload, facts.Rank);
            _placedSince.Add(workload.Identity);
        }
        else if (facts.SchedulerName == _schedulerName && !facts.IsTerminating && !facts.IsGated)
        {
            Wait(stored, facts, _workloads.Find(json.RootElement, HandlerOf(facts) ?? ""), now);
        }
        else
        {
            // Where its bind is under way the assumption stays until that is answered.
            Forget(stored.Uid);
        }
    }

    private void Wait(StoredObject stored, PodFacts facts, Workload workload, DateTimeOffset now)
    {
        bool demandsChanged = _waiting.TryGetValue(stored.Uid, out WaitingPod? old) && old.Workload != workload;
        _waiting[stored.Uid] = new WaitingPod(stored, workload);
        _queue.Set(new PendingPod(facts, stored.Revision), now, demandsChanged);
    }

    private SchedulingDecision Decide(PendingPod pod, WaitingPod waiting, DateTimeOffset now)
    {
        string uid = pod.Facts.Uid;
        if (HandlerOf(pod.Facts) is not { } handler)
        {
            _queue.ReturnUnschedulable(uid, UnknownRuntimeClass, now);
            return Unschedulable(pod, waiting, PlacementReport.UnknownRuntimeClass(_cluster.NodeCount, pod.Facts.RuntimeClassName), now);
        }

        Workload workload = waiting.Workload.Shape.Handler == handler ? waiting.Workload : Recompile(uid, waiting, handler);
        Placement placement = _placer.Place(workload);
        PlacementReport report = _placer.Report(workload, placement);
        if (!placement.IsPlaced)
        {
            _queue.ReturnUnschedulable(uid, placement.RejectedBy, now);
            return Unschedulable(pod, waiting, report, now);
        }

        _cluster.PlacePod(uid, placement.NodeName!, workload, pod.Facts.Rank);
        _placedSince.Add(workload.Identity);
        _assumed.Add(uid);
        return new SchedulingDecision(pod, waiting.Object, placement.NodeName, report, BindingEdit.Bind(waiting.Object, placement.NodeName!, now), now);
    }

    private Workload Recompile(string uid, WaitingPod waiting, string handler)
    {
        using JsonDocument json = JsonDocument.Parse(waiting.Object.Json);
        Workload workload = _workloads.Find(json.RootElement, handler);
        _waiting[uid] = waiting with { Workload = workload };
        return workload;
    }

    private static SchedulingDecision Unschedulable(PendingPod pod, WaitingPod waiting, PlacementReport report, DateTimeOffset now) =>
        new(pod, waiting.Object, null, report, BindingEdit.Unschedulable(waiting.Object, report.Message, now), now);

    // Null where the pod names a RuntimeClass that does not exist.
    private string? HandlerOf(PodFacts pod) =>
        pod.RuntimeClassName.Length == 0 ? RuntimeHandlers.Runc : _handlers.GetValueOrDefault(pod.RuntimeClassName);

    private void Forget(string uid)
    {
        _waiting.Remove(uid);
        _queue.Remove(uid);
    }

    private void ReleasePod(string uid, DateTimeOffset now)
    {
        if (!_assumed.Contains(uid) && _cluster.FindPod(uid) is { } gone)
        {
            _cluster.RemovePod(uid);
            _queue.WakeRejectedBy(
                _usage | _hints.TopologyFilters,
                now,
                (pod, rejectedBy) => (rejectedBy & _usage) != 0 || _hints.GonePodMayHelp(gone.Workload, _waiting[pod.Facts.Uid].Workload));
        }
    }

    // Asked once for all pods alike that were placed since, not at every placement: most help nobody.
    private void WakeCompany(DateTimeOffset now)
    {
        if (_placedSince.Count > 0 && _queue.UnschedulableCount > 0)
        {
            _queue.WakeRejectedBy(
                _hints.TopologyFilters, now, (pod, _) => _placedSince.Any(placed => _hints.PlacedPodMayHelp(placed, _waiting[pod.Facts.Uid].Workload)));
        }

        _placedSince.Clear();
    }

    private void SetNamespace(string name, IReadOnlyDictionary<string, string>? labels, DateTimeOffset now)
    {
        if (_cluster.SetNamespace(name, labels))
        {
            _queue.WakeRejectedBy(_hints.TopologyFilters, now);
        }
    }

    private sealed record WaitingPod(StoredObject Object, Workload Workload);
}

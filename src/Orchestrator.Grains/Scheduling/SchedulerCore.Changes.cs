using System.Text.Json;
using Orchestrator.Grains.Objects;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Queueing;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Workloads;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>How changes of objects become changes of the state, and wake the pods that they may help.</summary>
internal sealed partial class SchedulerCore
{
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
                SetHypervisor(stored, now);
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
            case Resources.DisruptionBudgets:
                using (JsonDocument json = JsonDocument.Parse(stored.Json))
                {
                    SetBudget(stored.Uid, BudgetReader.Read(json.RootElement));
                }

                break;
            case Resources.PodGroups:
                using (JsonDocument json = JsonDocument.Parse(stored.Json))
                {
                    SetGroup($"{stored.Key.Namespace}/{stored.Key.Name}", PodGroupReader.MinCount(json.RootElement), now);
                }

                break;
            case Resources.VolumeClaims or Resources.Volumes or Resources.StorageClasses:
                SetVolume(stored, now);
                break;
            case Resources.Services:
                using (JsonDocument json = JsonDocument.Parse(stored.Json))
                {
                    _company.SetService(stored.Key.Namespace, stored.Key.Name, json.RootElement);
                }

                break;
            case Resources.ReplicaSets or Resources.StatefulSets or Resources.ReplicationControllers:
                using (JsonDocument json = JsonDocument.Parse(stored.Json))
                {
                    _company.SetController(stored.Uid, json.RootElement);
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
                _pods.Remove(stored.Uid);
                _groups.Remove(stored.Uid);
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
            case Resources.DisruptionBudgets:
                SetBudget(stored.Uid, null);
                break;
            case Resources.PodGroups:
                SetGroup($"{stored.Key.Namespace}/{stored.Key.Name}", null, now);
                break;
            case Resources.VolumeClaims or Resources.Volumes or Resources.StorageClasses:
                RemoveVolume(stored.Key, now);
                break;
            case Resources.Services:
                _company.SetService(stored.Key.Namespace, stored.Key.Name, null);
                break;
            case Resources.ReplicaSets or Resources.StatefulSets or Resources.ReplicationControllers:
                _company.SetController(stored.Uid, null);
                break;
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
            WakeForNode(facts.Name, now);
        }
    }

    private void SetHypervisor(StoredObject stored, DateTimeOffset now)
    {
        using JsonDocument json = JsonDocument.Parse(stored.Json);
        HypervisorFacts facts = NodeReader.ReadHypervisor(json.RootElement);
        if (_cluster.SetHypervisor(facts))
        {
            WakeForNode(facts.NodeName, now);
        }
    }

    // Whatever rejected them: a node that has just come may have no hypervisor yet, and its hypervisor may be what makes the node count.
    private void WakeForNode(string name, DateTimeOffset now) => _queue.WakeRejectedBy(
        _anyFilter, now, (pod, rejectedBy) => _hints.NodeMayHelp(name, _waiting[pod.Facts.Uid].Workload, rejectedBy));

    private void SetPod(StoredObject stored, DateTimeOffset now)
    {
        bool isNew = !_pods.TryGetValue(stored.Uid, out KnownPod? known);
        if (known?.Revision >= stored.Revision)
        {
            return;
        }

        using JsonDocument json = JsonDocument.Parse(stored.Json);
        PodFacts facts = PodReader.Read(json.RootElement) with { Uid = stored.Uid, Namespace = stored.Key.Namespace, Name = stored.Key.Name };
        _pods[stored.Uid] = new KnownPod(stored.Key, stored.Revision, facts.SchedulerName);
        if (facts.HasEnded)
        {
            _groups.Remove(stored.Uid);
            _assumed.Remove(stored.Uid);
            Forget(stored.Uid);
            ReleasePod(stored.Uid, now);
        }
        else if (facts.NodeName.Length > 0)
        {
            SetMember(facts, isBound: true, now);
            _assumed.Remove(stored.Uid);
            Forget(stored.Uid);
            Workload workload = WorkloadOf(json.RootElement, facts.SchedulerName, HandlerOf(facts) ?? "");
            if (isNew)
            {
                Learn(workload);
            }

            _cluster.PlacePod(stored.Uid, facts.NodeName, workload, facts.Rank, facts.Devices.Count == 0 ? null : facts.Devices);
            _placedSince.Add(workload.Identity);
        }
        else if (_profiles.ContainsKey(facts.SchedulerName) && !facts.IsTerminating && !facts.IsGated)
        {
            Workload workload = WorkloadOf(json.RootElement, facts.SchedulerName, HandlerOf(facts) ?? "");
            if (isNew)
            {
                Learn(workload);
            }

            SetMember(facts, isBound: _assumed.Contains(stored.Uid), now);
            NoteClaims(stored, json.RootElement);
            Wait(stored, facts, workload, now);
        }
        else
        {
            // Where its bind is under way the assumption stays until that is answered.
            _groups.Remove(stored.Uid);
            Forget(stored.Uid);
            Unreserve(stored.Uid);
        }
    }

    private void Wait(StoredObject stored, PodFacts facts, Workload workload, DateTimeOffset now)
    {
        bool demandsChanged = _waiting.TryGetValue(stored.Uid, out WaitingPod? old) && old.Workload != workload;
        _waiting[stored.Uid] = new WaitingPod(stored, workload, facts.SchedulerName);
        _queue.Set(new PendingPod(facts, stored.Revision), now, demandsChanged);
        if (facts.NominatedNodeName.Length > 0 && _cluster.FindPod(stored.Uid) is null)
        {
            // Said by an earlier session, or by whoever knows that room will be there.
            _cluster.PlacePod(stored.Uid, facts.NominatedNodeName, workload, facts.Rank with { Stage = PlacementStage.Nominated });
        }
    }

    private void SetBudget(string uid, DisruptionBudget? budget)
    {
        if (budget is null ? _budgets.Remove(uid) : !budget.Equals(_budgets.GetValueOrDefault(uid)))
        {
            if (budget is not null)
            {
                _budgets[uid] = budget;
            }

            // In the order of names: which of two equal plans is chosen must not depend on what came first.
            _preemptor.Budgets = [.. _budgets.Values.OrderBy(b => b.Name, StringComparer.Ordinal)];
        }
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
}

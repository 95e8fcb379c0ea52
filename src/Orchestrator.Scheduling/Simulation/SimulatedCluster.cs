using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Devices;
using Orchestrator.Model.Hypervisors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>
/// A cluster made of objects as the API serves them, to be changed and asked at will: a copy, from which nothing leads back. Objects may come in
/// any order. Objects of kinds that placement does not ask for are left alone.
/// </summary>
public sealed class SimulatedCluster
{
    private readonly WorkloadCatalog _workloads;
    private readonly SortedDictionary<string, JsonElement> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<HypervisorFacts>> _hypervisors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedPod> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _handlers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DisruptionBudget> _budgets = new(StringComparer.Ordinal);
    private readonly List<JsonElement> _waiting = [];

    public SimulatedCluster() => _workloads = new WorkloadCatalog(State);

    /// <summary>The cluster as placement sees it. Changed only by way of this class.</summary>
    public ClusterState State { get; } = new();

    /// <summary>Classes by which pods of manifests are admitted.</summary>
    public PodClasses Classes { get; } = new();

    /// <summary>Names in order.</summary>
    public IReadOnlyCollection<string> NodeNames => _nodes.Keys;

    /// <summary>Pods that have not ended, in no order that means anything.</summary>
    public IReadOnlyCollection<SimulatedPod> Pods => _pods.Values;

    /// <summary>In the order of their names.</summary>
    public IReadOnlyCollection<DisruptionBudget> Budgets => _budgets.Values;

    /// <summary>
    /// True where no Hypervisor was among the objects, as in snapshots of other clusters: then every node is taken to serve every runtime class.
    /// </summary>
    public bool AssumesHypervisors { get; private set; }

    /// <summary>The cluster of a snapshot.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="assumesHypervisors">Whether nodes serve every runtime class where there are no Hypervisors at all, as in snapshots of other clusters.</param>
    public static SimulatedCluster Of(IEnumerable<JsonElement> objects, bool assumesHypervisors = true)
    {
        ArgumentNullException.ThrowIfNull(objects);
        var cluster = new SimulatedCluster();
        foreach (JsonElement obj in objects)
        {
            cluster.Add(obj);
        }

        cluster.Complete(assumesHypervisors);
        return cluster;
    }

    public bool HasNode(string name) => _nodes.ContainsKey(name);

    public JsonElement NodeJson(string name) => _nodes[name];

    public IReadOnlyList<HypervisorFacts> HypervisorsOf(string node) => _hypervisors.GetValueOrDefault(node) ?? [];

    public SimulatedPod? FindPod(string uid) => _pods.GetValueOrDefault(uid);

    /// <summary>Adds the object, or replaces the one of its name. False for kinds that placement does not ask for.</summary>
    public bool Add(JsonElement obj)
    {
        string name = obj.Member("metadata").Member("name").Text();
        switch (obj.Member("kind").Text())
        {
            case "Node":
                _nodes[name] = obj;
                State.SetNode(NodeReader.ReadNode(obj));
                return true;
            case "Hypervisor":
                AddHypervisor(NodeReader.ReadHypervisor(obj));
                return true;
            case "RuntimeClass":
                _handlers[name] = obj.Member("handler").Text();
                Classes.Add(obj);
                return true;
            case "PriorityClass":
                Classes.Add(obj);
                return true;
            case "Namespace":
                State.SetNamespace(name, NamespaceReader.Labels(obj));
                return true;
            case "PodDisruptionBudget":
                DisruptionBudget budget = BudgetReader.Read(obj);
                _budgets[budget.Name] = budget;
                return true;
            case "PersistentVolumeClaim":
                State.Volumes.Set(ClaimFacts.Read(obj));
                return true;
            case "PersistentVolume":
                State.Volumes.Set(VolumeFacts.Read(obj));
                return true;
            case "StorageClass":
                State.Volumes.Set(ClassFacts.Read(obj));
                return true;
            case "Pod":
                // Only when the classes are known can be said what a pod asks for.
                _waiting.Add(obj);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Ends the coming of objects: pods are read, and where there are no hypervisors they may be assumed.</summary>
    private void Complete(bool assumesHypervisors)
    {
        if (_hypervisors.Count == 0 && assumesHypervisors)
        {
            AssumesHypervisors = true;
            foreach (string node in _nodes.Keys)
            {
                AssumeHypervisor(node);
            }
        }

        foreach (JsonElement pod in _waiting)
        {
            SimulatedPod read = ReadPod(pod);
            if (!read.Facts.HasEnded)
            {
                _pods[read.Facts.Uid] = read;
                if (read.Facts.NodeName.Length > 0)
                {
                    Count(read, read.Facts.NodeName);
                }
            }
        }

        _waiting.Clear();
    }

    /// <summary>Adds a hypervisor that serves every runtime class that there is, for a node of which nothing is known yet.</summary>
    public void AssumeHypervisor(string node) =>
        AddHypervisor(new HypervisorFacts($"{node}-assumed", node, true, [.. _handlers.Values.Append(RuntimeHandlers.Runc).Distinct(StringComparer.Ordinal)])
        {
            Capabilities = HypervisorCapabilities.All,
        });

    public void AddHypervisor(HypervisorFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (!_hypervisors.TryGetValue(facts.NodeName, out List<HypervisorFacts>? known))
        {
            _hypervisors[facts.NodeName] = known = [];
        }

        known.RemoveAll(h => h.Name == facts.Name);
        known.Add(facts);
        State.SetHypervisor(facts);
    }

    /// <summary>Reads a pod without adding it. One without a uid is known by its name.</summary>
    public SimulatedPod ReadPod(JsonElement pod)
    {
        PodFacts facts = PodReader.Read(pod);
        facts = facts with { Namespace = facts.Namespace.Length == 0 ? "default" : facts.Namespace };
        facts = facts with { Uid = facts.Uid.Length == 0 ? $"{facts.Namespace}/{facts.Name}" : facts.Uid };
        string? handler = facts.RuntimeClassName.Length == 0 ? RuntimeHandlers.Runc : _handlers.GetValueOrDefault(facts.RuntimeClassName);
        return new SimulatedPod(facts, handler is null ? null : _workloads.Find(pod, handler), pod);
    }

    /// <summary>Adds a pod that is on no node yet.</summary>
    public void AddPending(SimulatedPod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        _pods[pod.Facts.Uid] = pod;
    }

    /// <summary>Puts a pod on a node, wherever it was.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="node">The node.</param>
    /// <param name="devices">The devices that were chosen for it there; none where it keeps those that it has, or those that fit tightest are taken.</param>
    public void Place(SimulatedPod pod, string node, IReadOnlyList<AssignedDevices>? devices = null)
    {
        ArgumentNullException.ThrowIfNull(pod);
        IReadOnlyList<AssignedDevices> chosen = devices ?? (pod.Facts.NodeName == node ? pod.Facts.Devices : []);
        SimulatedPod there = pod with { Facts = pod.Facts with { NodeName = node, Devices = chosen } };
        _pods[pod.Facts.Uid] = there;
        Count(there, node);
    }

    public void RemovePod(string uid)
    {
        _pods.Remove(uid);
        State.RemovePod(uid);
    }

    /// <summary>Takes a node away with what ran it; its pods stay known.</summary>
    public void RemoveNode(string name)
    {
        _nodes.Remove(name);
        State.RemoveNode(name);
    }

    /// <summary>Closes the node for pods to come.</summary>
    public void Cordon(string name)
    {
        JsonObject node = JsonObject.Create(_nodes[name])!;
        node["spec"] ??= new JsonObject();
        node["spec"]!["unschedulable"] = true;
        Add(JsonSerializer.SerializeToElement(node, SimulationJson.Default.JsonObject));
    }

    private void Count(SimulatedPod pod, string node)
    {
        // Where its class is gone since, it still takes what it asked for.
        Workload workload = pod.Workload ?? _workloads.Find(pod.Json, "");
        State.PlacePod(pod.Facts.Uid, node, workload, pod.Facts.Rank, pod.Facts.Devices.Count == 0 ? null : pod.Facts.Devices);
    }
}

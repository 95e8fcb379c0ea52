using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>
/// A question put into the terms of its cluster: classes, namespaces and budgets of the manifests are added, its nodes and workloads are checked and
/// ready. Everything wrong with it is found here, before anything is simulated.
/// </summary>
internal sealed class PreparedQuestion
{
    private readonly SimulatedCluster _cluster;
    private readonly SimulationQuestion _question;
    private readonly List<(JsonElement Node, IReadOnlyList<Cluster.HypervisorFacts> Hypervisors)> _nodes = [];
    private readonly List<ManifestWorkload> _workloads = [];
    private readonly List<string> _errors = [];
    private readonly SortedDictionary<string, int> _passedOver = new(StringComparer.Ordinal);

    public PreparedQuestion(SimulatedCluster cluster, SimulationQuestion question)
    {
        _cluster = cluster;
        _question = question;
        AddWhatOthersReferTo();
        ReadWorkloads();
        ReadNodes();
        CheckNames();
    }

    public IReadOnlyList<string> Errors => _errors;

    public IReadOnlyList<ManifestWorkload> Workloads => _workloads;

    /// <summary>Nodes to be added; those without hypervisors get one that serves everything.</summary>
    public IReadOnlyList<(JsonElement Node, IReadOnlyList<Cluster.HypervisorFacts> Hypervisors)> Nodes => _nodes;

    /// <summary>What is to be said of the question itself.</summary>
    public IEnumerable<string> Notes()
    {
        if (_cluster.AssumesHypervisors && _cluster.NodeNames.Count > 0)
        {
            yield return "there are no Hypervisors: every node is taken to serve every runtime class";
        }

        if (_passedOver.Count > 0)
        {
            yield return $"not looked at, since they take no room: {string.Join(", ", _passedOver.Select(p => $"{p.Value} {p.Key}"))}";
        }
    }

    private static string Kind(JsonObject manifest) => manifest.Text("kind") ?? "";

    private static string Group(JsonObject manifest) => manifest.Text("apiVersion") is { } version && version.Contains('/', StringComparison.Ordinal) ? version[..version.IndexOf('/', StringComparison.Ordinal)] : "";

    private static string NameOf(JsonObject manifest) => manifest.Child("metadata").Text("name") ?? "";

    private static JsonElement Element(JsonObject obj) => JsonSerializer.SerializeToElement(obj, SimulationJson.Default.JsonObject);

    private void AddWhatOthersReferTo()
    {
        foreach (JsonObject manifest in _question.Manifests)
        {
            if (Kind(manifest) is "RuntimeClass" or "PriorityClass" or "Namespace" or "PodDisruptionBudget")
            {
                _cluster.Add(Element(manifest));
            }
        }
    }

    private void ReadWorkloads()
    {
        var names = _cluster.Pods.Select(p => p.Key).ToHashSet(StringComparer.Ordinal);
        foreach (JsonObject manifest in _question.Manifests)
        {
            string kind = Kind(manifest);
            if (ManifestWorkload.Kinds.Contains(kind))
            {
                ReadWorkload(manifest, names);
            }
            else if (Group(manifest) is "kubevirt.io" or "pool.kubevirt.io")
            {
                _errors.Add($"{kind.ToLowerInvariant()}/{NameOf(manifest)}: kind: Unsupported value: \"{kind}\": how much room it takes is not worked out here; give a Pod of its size");
            }
            else if (kind is not ("RuntimeClass" or "PriorityClass" or "Namespace" or "PodDisruptionBudget" or "Node" or "Hypervisor"))
            {
                _passedOver[kind] = _passedOver.GetValueOrDefault(kind) + 1;
            }
        }
    }

    private void ReadWorkload(JsonObject manifest, HashSet<string> names)
    {
        string title = $"{Kind(manifest).ToLowerInvariant()}/{NameOf(manifest)}";
        var errors = new List<string>();
        ManifestWorkload? workload = ManifestWorkload.Read(manifest, _question.DefaultNamespace, errors);
        if (workload is not null)
        {
            string prefix = ManifestWorkload.TemplatePath(workload.Kind);
            JsonObject pod = workload.Pod(workload.Name);
            errors.AddRange(_cluster.Classes.Admit(pod).Select(e => prefix + e));
            if (workload.Kind == "Pod" && !names.Add($"{workload.Namespace}/{workload.Name}"))
            {
                errors.Add($"metadata.name: there is a pod {workload.Namespace}/{workload.Name} already; what is simulated is added to what is there");
            }

            _workloads.Add(workload with { Template = Template(pod) });
        }

        _errors.AddRange(errors.Select(e => $"{title}: {e}"));
    }

    // As admitted, to be given other names.
    private static JsonObject Template(JsonObject pod)
    {
        pod.Remove("status");
        pod.Child("metadata")?.Remove("ownerReferences");
        return pod;
    }

    private void ReadNodes()
    {
        JsonElement[] hypervisors = [.. _question.Manifests.Where(m => Kind(m) == "Hypervisor").Select(Element)];
        var facts = hypervisors.Select(Reading.NodeReader.ReadHypervisor).ToLookup(h => h.NodeName, StringComparer.Ordinal);
        foreach (JsonObject manifest in _question.Manifests.Where(m => Kind(m) == "Node"))
        {
            string name = NameOf(manifest);
            if (_cluster.HasNode(name) || _nodes.Any(n => n.Node.GetProperty("metadata").GetProperty("name").GetString() == name))
            {
                _errors.Add($"node/{name}: metadata.name: there is a node {name} already");
            }

            _nodes.Add((Element(manifest), [.. facts[name]]));
        }

        AddCopies();
    }

    private void AddCopies()
    {
        if (_question.AddedNodes == 0)
        {
            return;
        }

        string like = _question.Like ?? "";
        (JsonElement Node, IReadOnlyList<Cluster.HypervisorFacts> Hypervisors) original = _nodes.FirstOrDefault(n => n.Node.GetProperty("metadata").GetProperty("name").GetString() == like);
        if (_cluster.HasNode(like))
        {
            original = (_cluster.NodeJson(like), _cluster.HypervisorsOf(like));
        }

        if (original.Hypervisors is null)
        {
            _errors.Add($"there is no node {like} that added ones could be like");
            return;
        }

        foreach (string name in NodeCopy.Names(like, _question.AddedNodes, _cluster.HasNode))
        {
            _nodes.Add((NodeCopy.Of(original.Node, name), [.. original.Hypervisors.Select((h, i) => h with { Name = $"{name}-{i}", NodeName = name })]));
        }
    }

    private void CheckNames()
    {
        foreach (string name in _question.Drained.Concat(_question.Lost).Where(n => !_cluster.HasNode(n)))
        {
            _errors.Add($"there is no node {name} that could be drained or lost");
        }

        foreach (string name in _question.Drained.Intersect(_question.Lost, StringComparer.Ordinal))
        {
            _errors.Add($"node {name} cannot be both drained and lost");
        }
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Apps.Revisions;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Model.Policies;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.DaemonSets;

/// <summary>What the plan of a DaemonSet is made from.</summary>
internal sealed class DaemonSetView
{
    /// <param name="stored">The DaemonSet.</param>
    /// <param name="json">The same, parsed; it may be altered.</param>
    /// <param name="claim">Its pods.</param>
    /// <param name="history">Its revisions, the present one among them.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="mayCreate">False while a refused creation is not to be tried again yet.</param>
    /// <param name="now">The time.</param>
    public DaemonSetView(
        StoredObject stored, JsonObject json, Claim claim, RevisionHistory history, IEnumerable<StoredObject> nodes, bool mayCreate, DateTimeOffset now)
    {
        Stored = stored;
        Json = json;
        Spec = json.Child("spec") ?? [];
        Claim = claim;
        History = history;
        MayCreate = mayCreate;
        Now = now;
        MinReadySeconds = Spec.Integer("minReadySeconds") ?? 0;
        var placement = new DaemonPlacement(Spec.Child("template", "spec"));
        var byName = new SortedDictionary<string, DaemonNode>(StringComparer.Ordinal);
        foreach (StoredObject node in nodes)
        {
            (bool runs, bool stays) = placement.On(NodeView.Of(node));
            byName[node.Key.Name] = new DaemonNode(node.Key.Name, runs, stays);
        }

        foreach (PodView pod in claim.Kept.Concat(claim.Adopted).Select(PodView.Of).OrderBy(p => p.CreatedAt).ThenBy(p => p.Name, StringComparer.Ordinal))
        {
            string name = pod.NodeName.Length > 0 ? pod.NodeName : DaemonPlacement.NodeOf(StoredJson.Read(pod.Stored));
            if (!byName.TryGetValue(name, out DaemonNode? node))
            {
                // Its node is gone, or it was never meant for one.
                byName[name] = node = new DaemonNode(name, runs: false, stays: false);
            }

            node.Add(pod);
        }

        Nodes = [.. byName.Values];
        Desired = Nodes.Count(n => n.Runs);
    }

    public StoredObject Stored { get; }

    public JsonObject Json { get; }

    public JsonObject Spec { get; }

    public Claim Claim { get; }

    public RevisionHistory History { get; }

    public bool MayCreate { get; }

    public DateTimeOffset Now { get; }

    public long MinReadySeconds { get; }

    /// <summary>By name.</summary>
    public IReadOnlyList<DaemonNode> Nodes { get; }

    /// <summary>Nodes that are to have a daemon.</summary>
    public int Desired { get; }

    public string Hash => History.Present!.Hash;

    public bool IsRolling => Spec.Child("updateStrategy").Text("type") != "OnDelete";

    /// <summary>Nodes that may have two daemons during an update, the old and the new.</summary>
    public long MaxSurge => !IsRolling ? 0 : ScaledNumber.Of(Spec.Child("updateStrategy", "rollingUpdate")?["maxSurge"], Desired) ?? 0;

    /// <summary>Nodes that may be without an available daemon during an update.</summary>
    public long MaxUnavailable => ScaledNumber.Of(Spec.Child("updateStrategy", "rollingUpdate")?["maxUnavailable"], Desired) is { } most && (most > 0 || MaxSurge > 0) ? most : 1;

    public bool IsNew(PodView pod) => pod.Stored.Labels.GetValueOrDefault(Revision.Label) == Hash;

    public bool IsAvailable(PodView pod) => pod.IsActive && pod.IsAvailable(MinReadySeconds, Now);
}

using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Apps.Revisions;
using Orchestrator.Model.Json;
using Orchestrator.Model.Policies;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.StatefulSets;

/// <summary>What the plan of a StatefulSet is made from.</summary>
internal sealed class StatefulSetView
{
    /// <param name="stored">The StatefulSet.</param>
    /// <param name="json">The same, parsed; it may be altered.</param>
    /// <param name="claim">Its pods.</param>
    /// <param name="history">Its revisions, the present one among them.</param>
    /// <param name="findClaim">A PersistentVolumeClaim of its namespace, by name.</param>
    /// <param name="mayCreate">False while a refused creation is not to be tried again yet.</param>
    /// <param name="now">The time.</param>
    public StatefulSetView(StoredObject stored, JsonObject json, Claim claim, RevisionHistory history, Func<string, StoredObject?> findClaim, bool mayCreate, DateTimeOffset now)
    {
        Stored = stored;
        Json = json;
        Spec = json.Child("spec") ?? [];
        Claim = claim;
        History = history;
        FindClaim = findClaim;
        MayCreate = mayCreate;
        Now = now;
        UpdateRevision = history.Present!.Name;
        CurrentRevision = json.Child("status").Text("currentRevision") is { Length: > 0 } current && history.Find(current) is not null ? current : UpdateRevision;
        long start = Spec.Child("ordinals").Integer("start") ?? 0;
        long replicas = Spec.Integer("replicas") ?? 1;
        var pods = claim.Kept.Concat(claim.Adopted).Select(PodView.Of).Select(p => (Pod: p, Ordinal: OrdinalOf(stored.Key.Name, p.Name))).Where(p => p.Ordinal >= 0).ToList();
        var byOrdinal = pods.ToDictionary(p => p.Ordinal, p => p.Pod);
        Start = start;
        Replicas = [.. Enumerable.Range(0, (int)Math.Min(replicas, int.MaxValue)).Select(i => byOrdinal.GetValueOrDefault(start + i))];
        Condemned = [.. pods.Where(p => p.Ordinal < start || p.Ordinal >= start + replicas).OrderByDescending(p => p.Ordinal).Select(p => p.Pod)];
        MinReadySeconds = Spec.Integer("minReadySeconds") ?? 0;
    }

    public StoredObject Stored { get; }

    public JsonObject Json { get; }

    public JsonObject Spec { get; }

    public Claim Claim { get; }

    public RevisionHistory History { get; }

    public Func<string, StoredObject?> FindClaim { get; }

    /// <summary>Whether its pods have claims of their own.</summary>
    public bool HasClaims => Spec.Array("volumeClaimTemplates") is { Count: > 0 };

    public bool MayCreate { get; }

    public DateTimeOffset Now { get; }

    /// <summary>Ordinal of the first pod.</summary>
    public long Start { get; }

    /// <summary>The pods that there should be, by ordinal; null where one is missing.</summary>
    public IReadOnlyList<PodView?> Replicas { get; }

    /// <summary>Pods of other ordinals, the highest first.</summary>
    public IReadOnlyList<PodView> Condemned { get; }

    public long MinReadySeconds { get; }

    /// <summary>Name of the revision that pods are brought to.</summary>
    public string UpdateRevision { get; }

    /// <summary>Name of the revision that pods are of until they are.</summary>
    public string CurrentRevision { get; }

    /// <summary>One at a time, in order, each once the one before is available.</summary>
    public bool IsOrdered => Spec.Text("podManagementPolicy") != "Parallel";

    public bool IsRolling => Spec.Child("updateStrategy").Text("type") != "OnDelete";

    /// <summary>Pods of lower index keep the current revision.</summary>
    public long Partition => IsRolling ? Spec.Child("updateStrategy", "rollingUpdate").Integer("partition") ?? 0 : 0;

    public long MaxUnavailable => Math.Max(1, ScaledNumber.Of(Spec.Child("updateStrategy", "rollingUpdate")?["maxUnavailable"], Replicas.Count) ?? 1);

    /// <summary>Revision that a new pod of the index is made of.</summary>
    public string RevisionOf(int index) => IsRolling && index < Partition ? CurrentRevision : UpdateRevision;

    public bool IsAvailable(PodView pod) => pod.Phase == "Running" && !pod.IsTerminating && pod.IsAvailable(MinReadySeconds, Now);

    /// <summary>The ordinal in a pod's name; -1 where it is none of the set's names.</summary>
    public static long OrdinalOf(string set, string pod) =>
        pod.Length > set.Length + 1 && pod.StartsWith(set, StringComparison.Ordinal) && pod[set.Length] == '-'
        && int.TryParse(pod.AsSpan(set.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal)
        && pod.Length == set.Length + 1 + ordinal.ToString(CultureInfo.InvariantCulture).Length
            ? ordinal
            : -1;
}

using System.Text.Json.Nodes;
using Orchestrator.Grains.Events;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>A Deployment with its ReplicaSets while a plan is made. What is planned is written into the parsed objects, and committed as one in the end.</summary>
internal sealed class DeploymentState
{
    private readonly List<ObservedEvent> _events = [];

    /// <param name="stored">The Deployment.</param>
    /// <param name="json">The same, parsed; it is altered.</param>
    /// <param name="sets">Its ReplicaSets.</param>
    /// <param name="now">The time.</param>
    public DeploymentState(StoredObject stored, JsonObject json, IEnumerable<StoredObject> sets, DateTimeOffset now)
    {
        Stored = stored;
        Json = json;
        Spec = json.Child("spec") ?? [];
        Now = now;
        Limits = RolloutLimits.Of(Spec);
        List<RevisionSet> all = [.. sets.Select(RevisionSet.Of).OrderBy(s => s.CreatedAt).ThenBy(s => s.Name, StringComparer.Ordinal)];
        Newest = all.Find(s => TemplateHash.AreEqual(s.Json.Child("spec", "template"), Spec.Child("template")));
        Old = [.. all.Where(s => s != Newest)];
    }

    public StoredObject Stored { get; }

    public JsonObject Json { get; }

    public JsonObject Spec { get; }

    public DateTimeOffset Now { get; }

    public RolloutLimits Limits { get; }

    /// <summary>The ReplicaSet of the present template; null until there is one.</summary>
    public RevisionSet? Newest { get; private set; }

    /// <summary>The others, the oldest first.</summary>
    public IReadOnlyList<RevisionSet> Old { get; }

    public IEnumerable<RevisionSet> All => Newest is null ? Old : Old.Append(Newest);

    public IReadOnlyList<ObservedEvent> Events => _events;

    public bool IsPaused => Spec.Flag("paused") == true;

    /// <summary>History that is to go.</summary>
    public IReadOnlyList<RevisionSet> Forgotten { get; private set; } = [];

    /// <summary>Sizes a ReplicaSet, and tells of it.</summary>
    /// <returns>Whether that changed its size.</returns>
    public bool Scale(RevisionSet set, long size)
    {
        long before = set.Size;
        set.Resize(size, Limits.Replicas, Limits.Most);
        if (size == before)
        {
            return false;
        }

        string direction = size > before ? "up" : "down";
        Tell("ScalingReplicaSet", $"Scaled {direction} replica set {set.Name} from {before} to {size}");
        return true;
    }

    public void Create(RevisionSet newest)
    {
        Newest = newest;
        if (newest.Size > 0)
        {
            Tell("ScalingReplicaSet", $"Scaled up replica set {newest.Name} from 0 to {newest.Size}");
        }
    }

    public void Forget(IReadOnlyList<RevisionSet> sets) => Forgotten = sets;

    private void Tell(string reason, string message) => _events.Add(ControllerKind.Deployment.Event(Stored, reason, message));
}

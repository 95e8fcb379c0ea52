using System.Text.Json.Nodes;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.Revisions;

/// <summary>
/// The ControllerRevisions of a StatefulSet or DaemonSet, by which <c>kubectl rollout history</c> and <c>undo</c> know what its template was: a revision
/// holds a patch that replaces the template. The present template always has the highest number.
/// </summary>
internal sealed class RevisionHistory
{
    private readonly ControllerKind _kind;
    private readonly StoredObject _controller;
    private readonly JsonObject _json;
    private readonly long _collisions;

    /// <param name="kind">Of the controller.</param>
    /// <param name="controller">The StatefulSet or DaemonSet.</param>
    /// <param name="json">The same, parsed.</param>
    /// <param name="revisions">Its ControllerRevisions.</param>
    public RevisionHistory(ControllerKind kind, StoredObject controller, JsonObject json, IEnumerable<StoredObject> revisions)
    {
        _kind = kind;
        _controller = controller;
        _json = json;
        _collisions = json.Child("status").Integer("collisionCount") ?? 0;
        All = [.. revisions.Select(Revision.Of).OrderBy(r => r.Number).ThenBy(r => r.Name, StringComparer.Ordinal)];
        Present = All.LastOrDefault(r => JsonNode.DeepEquals(r.Template, Template));
    }

    /// <summary>By number, the oldest first.</summary>
    public IReadOnlyList<Revision> All { get; }

    /// <summary>That of the present template; null until there is one.</summary>
    public Revision? Present { get; }

    private JsonObject Template => _json.Child("spec", "template") ?? [];

    public Revision? Find(string name) => All.FirstOrDefault(r => r.Name == name);

    /// <summary>What gives the present template its revision, with the highest number; null where it has it.</summary>
    /// <param name="taken">Whether another object has the name that a new revision would get.</param>
    public ReconcilePlan? Complete(Func<string, bool> taken)
    {
        long highest = All.Count == 0 ? 0 : All[^1].Number;
        if (Present is { } present)
        {
            if (present.Number == highest)
            {
                return null;
            }

            // Back to an earlier template: it becomes the newest, its number with it.
            present.Json["revision"] = highest + 1;
            return new ReconcilePlan { Mutations = [StoredJson.Replace(present.Stored, present.Json)], LookAgainAfter = TimeSpan.Zero };
        }

        string hash = TemplateHash.Of(Template, _collisions);
        string name = $"{_controller.Key.Name}-{hash}";
        if (taken(name))
        {
            JsonObject status = _json.ObjectOrNew("status")!;
            status["collisionCount"] = _collisions + 1;
            return new ReconcilePlan { Anchor = StoredJson.Replace(_controller, _json), LookAgainAfter = TimeSpan.Zero };
        }

        return new ReconcilePlan
        {
            Creations = new NewObjects(Resources.ControllerRevisions, _controller.Key.Namespace, _kind.Component, [Body(name, hash, highest + 1)]),
            Conclude = admitted => admitted.Refusal is { } refusal
                ? new ReconcilePlan { Events = [_kind.Event(_controller, "FailedCreate", $"Error creating: {refusal}", isWarning: true)] }
                : new ReconcilePlan { LookAgainAfter = TimeSpan.Zero },
        };
    }

    /// <summary>The deletions of revisions beyond the limit, the oldest first, that nothing is of any more.</summary>
    /// <param name="isLive">Whether something is of the revision.</param>
    public IEnumerable<Mutation> Truncate(Func<Revision, bool> isLive)
    {
        List<Revision> dead = [.. All.Where(r => r != Present && !isLive(r))];
        long limit = _json.Child("spec").Integer("revisionHistoryLimit") ?? 10;
        return dead.Take((int)Math.Max(0, dead.Count - limit)).Select(r => new DeleteObject(r.Stored.Key, r.Stored.Revision));
    }

    private JsonObject Body(string name, string hash, long number)
    {
        var template = (JsonObject)Template.DeepClone();
        template["$patch"] = "replace";
        var labels = (JsonObject?)Template.Child("metadata", "labels")?.DeepClone() ?? [];
        labels[Revision.Label] = hash;
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["labels"] = labels,
            ["ownerReferences"] = new JsonArray(_kind.Reference(_controller)),
        };
        if (_json.Child("metadata", "annotations")?.DeepClone() is JsonObject { Count: > 0 } annotations)
        {
            annotations.Remove("kubectl.kubernetes.io/last-applied-configuration");
            metadata["annotations"] = annotations;
        }

        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ControllerRevision",
            ["metadata"] = metadata,
            ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
            ["revision"] = number,
        };
    }
}

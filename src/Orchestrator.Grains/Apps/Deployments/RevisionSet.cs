using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>One ReplicaSet of a Deployment while a plan is made: what is stored, and what becomes of it.</summary>
internal sealed class RevisionSet
{
    public RevisionSet(StoredObject? stored, JsonObject json)
    {
        Stored = stored;
        Json = json;
        Size = json.Child("spec").Integer("replicas") ?? 0;
        SizeBefore = stored is null ? 0 : Size;
        JsonObject? status = json.Child("status");
        Actual = status.Integer("replicas") ?? 0;
        Ready = status.Integer("readyReplicas") ?? 0;
        Available = status.Integer("availableReplicas") ?? 0;
        Terminating = status.Integer("terminatingReplicas") ?? 0;
        CreatedAt = json.Child("metadata").Time("creationTimestamp") ?? DateTimeOffset.MaxValue;
    }

    /// <summary>Null for one that is to be created.</summary>
    public StoredObject? Stored { get; }

    public JsonObject Json { get; }

    public string Name => Json.Child("metadata").Text("name") ?? "";

    /// <summary>Wanted pods, as planned so far.</summary>
    public long Size { get; private set; }

    /// <summary>Wanted pods as stored; 0 where it is new.</summary>
    public long SizeBefore { get; }

    /// <summary>Pods there are, by its status.</summary>
    public long Actual { get; }

    public long Ready { get; }

    public long Available { get; }

    public long Terminating { get; }

    /// <summary>Available pods that it keeps once it has the size that it is to have: those that it is to end are gone already, as far as others may count on them.</summary>
    public long Lasting => Math.Min(Available, Size);

    public DateTimeOffset CreatedAt { get; }

    /// <summary>True where it is to be written.</summary>
    public bool IsChanged { get; set; }

    public long Revision => DeploymentAnnotations.Number(Json, DeploymentAnnotations.Revision) ?? 0;

    public static RevisionSet Of(StoredObject stored) => new(stored, StoredJson.Read(stored));

    public void Resize(long size, long desired, long most)
    {
        bool changed = size != Size;
        changed |= DeploymentAnnotations.SetSizes(Json, desired, most);
        Size = size;
        Json.ObjectOrNew("spec")!["replicas"] = size;
        IsChanged |= changed;
    }

    /// <summary>The write of what was planned: a replicas count that changed is a change of the spec.</summary>
    public UpdateObject Write()
    {
        if (Size != SizeBefore)
        {
            JsonObject metadata = Json.ObjectOrNew("metadata")!;
            metadata["generation"] = (metadata.Integer("generation") ?? 0) + 1;
        }

        return StoredJson.Replace(Stored!, Json);
    }
}

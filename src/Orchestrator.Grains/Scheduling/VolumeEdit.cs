using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>What the scheduler writes to claims and volumes: for which node a claim's volume is to be, and for which claim a volume is kept. The binding controller does the rest.</summary>
internal static class VolumeEdit
{
    /// <summary>The writes, each needing the one before; null where the objects are no longer what was decided from.</summary>
    public static IReadOnlyList<Mutation>? Writes(IReadOnlyList<ClaimAssignment> assignments, Func<Model.ObjectKey, StoredObject?> read)
    {
        var writes = new List<Mutation>();
        foreach (ClaimAssignment assignment in assignments)
        {
            if (read(assignment.Claim) is not { IsTerminating: false } claim)
            {
                return null;
            }

            JsonObject json = StoredJson.Read(claim);
            string? selected = json.Child("metadata", "annotations").Text(ClaimFacts.SelectedNodeAnnotation);
            if (json.Child("spec").Text("volumeName") is { Length: > 0 } || (selected is not null && selected != assignment.NodeName))
            {
                return null;
            }

            json.ObjectOrNew("metadata")!.ObjectOrNew("annotations")![ClaimFacts.SelectedNodeAnnotation] = assignment.NodeName;
            writes.Add(StoredJson.Replace(claim, json));
            if (assignment.Volume is { } name)
            {
                if (read(new Model.ObjectKey(Resources.Volumes, "", name)) is not { IsTerminating: false } volume)
                {
                    return null;
                }

                writes.Add(Keep(volume, claim));
            }
        }

        return writes;
    }

    private static UpdateObject Keep(StoredObject volume, StoredObject claim)
    {
        JsonObject json = StoredJson.Read(volume);
        json.ObjectOrNew("spec")!["claimRef"] = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolumeClaim",
            ["namespace"] = claim.Key.Namespace,
            ["name"] = claim.Key.Name,
            ["uid"] = claim.Uid,
        };
        return StoredJson.Replace(volume, json);
    }
}

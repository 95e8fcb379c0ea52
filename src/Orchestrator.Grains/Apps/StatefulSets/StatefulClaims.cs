using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.StatefulSets;

/// <summary>
/// The claims that a StatefulSet's templates give each of its pods: named after template and pod, so that a pod that comes again finds its data; and kept or
/// given up by <c>persistentVolumeClaimRetentionPolicy</c>, through the owners that they have.
/// </summary>
internal static class StatefulClaims
{
    /// <summary>Puts the claims of its ordinal among the pod's volumes, in the place of volumes of the same names.</summary>
    public static void Mount(JsonObject pod, StatefulSetView view, long ordinal)
    {
        JsonObject spec = pod.Child("spec")!;
        List<(JsonObject Template, string Name, string Claim)> claims = [.. Of(view, ordinal)];
        if (claims.Count == 0)
        {
            return;
        }

        List<JsonObject> others = [.. spec.Items("volumes").Select(v => v.Item).Where(v => !claims.Exists(c => c.Name == v.Text("name"))).Select(v => (JsonObject)v.DeepClone())];
        spec["volumes"] = new JsonArray(
        [
            .. claims.Select(c => new JsonObject { ["name"] = c.Name, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = c.Claim } }),
            .. others,
        ]);
    }

    /// <summary>Claims that are not there, of pods that are to be made, and of pods that cannot start without them.</summary>
    public static List<JsonObject> Missing(StatefulSetView view, IEnumerable<int> created)
    {
        IEnumerable<int> waiting = Enumerable.Range(0, view.HasClaims ? view.Replicas.Count : 0).Where(i => view.Replicas[i] is { IsActive: true, Phase: "Pending" or "" });
        return
        [
            .. created.Concat(waiting).SelectMany(i => Of(view, view.Start + i)).Where(c => view.FindClaim(c.Claim) is null)
                .Take(ReplicaSets.ReplicaSetPlan.StepSize).Select(c => Body(view, c.Template, c.Claim)),
        ];
    }

    /// <summary>The writes that give claims the owners that the retention policy asks for: with the set, with a pod that is scaled away, or none.</summary>
    public static IEnumerable<Mutation> Reown(StatefulSetView view)
    {
        if (!view.HasClaims)
        {
            yield break;
        }

        IEnumerable<(PodView Pod, bool IsCondemned)> pods = view.Replicas.OfType<PodView>().Select(p => (p, false)).Concat(view.Condemned.Select(p => (p, true)));
        foreach ((PodView pod, bool isCondemned) in pods)
        {
            foreach ((_, _, string name) in Of(view, StatefulSetView.OrdinalOf(view.Stored.Key.Name, pod.Name)))
            {
                if (view.FindClaim(name) is { IsTerminating: false } claim && Reowned(view, claim, Owner(view, isCondemned ? pod : null)) is { } write)
                {
                    yield return write;
                }
            }
        }
    }

    private static IEnumerable<(JsonObject Template, string Name, string Claim)> Of(StatefulSetView view, long ordinal) => view.Spec.Items("volumeClaimTemplates")
        .Select(t => (t.Item, Name: t.Item.Child("metadata").Text("name") ?? ""))
        .Select(t => (t.Item, t.Name, string.Create(CultureInfo.InvariantCulture, $"{t.Name}-{view.Stored.Key.Name}-{ordinal}")));

    private static JsonObject Body(StatefulSetView view, JsonObject template, string name)
    {
        JsonObject? from = template.Child("metadata");
        var labels = (JsonObject?)from.Child("labels")?.DeepClone() ?? [];
        foreach ((string key, JsonNode? value) in view.Spec.Child("selector", "matchLabels") ?? [])
        {
            labels[key] = value?.DeepClone();
        }

        var metadata = new JsonObject { ["name"] = name, ["labels"] = labels };
        if (from?["annotations"] is { } annotations)
        {
            metadata["annotations"] = annotations.DeepClone();
        }

        if (Owner(view, null) is { } owner)
        {
            metadata["ownerReferences"] = new JsonArray(owner);
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim", ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() };
    }

    private static JsonObject? Owner(StatefulSetView view, PodView? condemned)
    {
        JsonObject? policy = view.Spec.Child("persistentVolumeClaimRetentionPolicy");
        return condemned is not null && policy.Text("whenScaled") == "Delete"
            ? new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["name"] = condemned.Name, ["uid"] = condemned.Stored.Uid, ["controller"] = true, ["blockOwnerDeletion"] = true }
            : policy.Text("whenDeleted") == "Delete" ? ControllerKind.StatefulSet.Reference(view.Stored) : null;
    }

    // Owners that others have written stay.
    private static UpdateObject? Reowned(StatefulSetView view, StoredObject claim, JsonObject? owner)
    {
        JsonObject json = StoredJson.Read(claim), metadata = json.ObjectOrNew("metadata")!;
        List<JsonObject> before = [.. metadata.Items("ownerReferences").Select(r => r.Item)];
        List<JsonNode> after = [.. before.Where(r => !IsOwn(view, r)).Select(r => r.DeepClone())];
        if (owner is not null)
        {
            after.Add(owner);
        }

        if (before.Count == after.Count && before.Zip(after).All(p => JsonNode.DeepEquals(p.First, p.Second)))
        {
            return null;
        }

        metadata.Remove("ownerReferences");
        if (after.Count > 0)
        {
            metadata["ownerReferences"] = new JsonArray([.. after]);
        }

        return StoredJson.Replace(claim, json);
    }

    private static bool IsOwn(StatefulSetView view, JsonObject reference) => reference.Text("kind") switch
    {
        "StatefulSet" => reference.Text("uid") == view.Stored.Uid,
        "Pod" => StatefulSetView.OrdinalOf(view.Stored.Key.Name, reference.Text("name") ?? "") >= 0,
        _ => false,
    };
}

using System.Text.Json.Nodes;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Garbage;

/// <summary>What the plan is made from.</summary>
/// <param name="Stored">The object.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Dependents">All objects with an owner reference to it.</param>
/// <param name="StateOf">What has become of an owner of it.</param>
/// <param name="Now">The time.</param>
internal sealed record GarbageView(
    StoredObject Stored, ResourceKind Kind, IReadOnlyList<StoredObject> Dependents, Func<OwnerReference, OwnerState> StateOf, DateTimeOffset Now);

/// <summary>
/// What garbage collection means for one object: it goes when all its owners have gone, loses the references to those that have where others stay,
/// waits for its dependents where it is deleted in the foreground, and lets go of them where they are to be orphaned
/// (kube-controller-manager's garbage collector). Pure.
/// </summary>
internal static class GarbagePlan
{
    private const string Component = "garbage-collector-controller";
    private const int StepSize = 500;

    public static ReconcilePlan Plan(GarbageView view)
    {
        if (view.Stored.IsTerminating)
        {
            return PlanEnding(view, Finalizers.Of(view.Stored));
        }

        var owners = OwnerReference.Of(view.Stored).Select(r => (Reference: r, State: view.StateOf(r))).ToList();
        if (owners.Count == 0)
        {
            return ReconcilePlan.Gone;
        }

        IReadOnlyList<ObservedEvent> events = [.. owners.Where(o => IsMisplaced(o.State)).Select(o => Misplaced(view, o.Reference))];
        Mutation? mutation = owners.Exists(o => o.State is OwnerState.UnknownKind or OwnerState.NamespacedOfClusterScoped)
            ? null
            : PlanByOwners(view, owners);
        return mutation is null && events.Count == 0
            ? ReconcilePlan.Gone
            : new ReconcilePlan { Mutations = mutation is null ? [] : [mutation], Events = events };
    }

    private static ReconcilePlan PlanEnding(GarbageView view, IReadOnlyList<string> finalizers)
    {
        if (finalizers.Contains(GarbageFinalizers.Orphan))
        {
            return Orphan(view);
        }

        return finalizers.Contains(GarbageFinalizers.Foreground) && !view.Dependents.Any(d => Blocks(d, view.Stored))
            ? new ReconcilePlan { Mutations = [Finalizers.Remove(view.Stored, GarbageFinalizers.Foreground, view.Kind.Deletion)] }
            : ReconcilePlan.Gone;
    }

    /// <summary>In bounded steps; the owner is let go in the last, when nothing refers to it any more.</summary>
    private static ReconcilePlan Orphan(GarbageView view) => view.Dependents.Count == 0
        ? new ReconcilePlan { Mutations = [Finalizers.Remove(view.Stored, GarbageFinalizers.Orphan, view.Kind.Deletion)] }
        : new ReconcilePlan
        {
            Mutations = [.. view.Dependents.Take(StepSize).Select(d => WithoutOwners(d, r => r == view.Stored.Uid))],
            LookAgainAfter = TimeSpan.Zero,
        };

    private static Mutation? PlanByOwners(GarbageView view, List<(OwnerReference Reference, OwnerState State)> owners)
    {
        if (owners.Exists(o => o.State == OwnerState.Solid))
        {
            var gone = owners.Where(o => o.State != OwnerState.Solid).Select(o => o.Reference.Uid).ToHashSet(StringComparer.Ordinal);
            return gone.Count == 0 ? null : WithoutOwners(view.Stored, gone.Contains);
        }

        if (owners.Exists(o => o.State == OwnerState.Waiting) && view.Dependents.Count > 0)
        {
            return DeleteInForeground(view);
        }

        return ObjectDeletion.Delete(view.Stored, view.Kind.Deletion, null, view.Now);
    }

    /// <summary>
    /// An owner waits, so what depends on this object goes first too. Where that closes a circle (a dependent waits for its dependents as well),
    /// this object must not block its owners, or all would wait for each other for ever.
    /// </summary>
    private static Mutation? DeleteInForeground(GarbageView view)
    {
        JsonObject obj = StoredJson.Read(view.Stored);
        bool isUnblocked = view.Dependents.Any(Owners.IsWaiting) && Unblock(obj.Child("metadata"));
        return ObjectEnding.Begin(obj, view.Kind.Deletion, null, Propagation.Foreground, view.Now) switch
        {
            EndingStep.Remove => new DeleteObject(view.Stored.Key, view.Stored.Revision),
            EndingStep.Nothing when !isUnblocked => null,
            _ => StoredJson.Replace(view.Stored, obj),
        };
    }

    private static bool Unblock(JsonObject? metadata)
    {
        bool changed = false;
        foreach ((JsonObject reference, _) in metadata.Items("ownerReferences"))
        {
            if (reference.Flag("blockOwnerDeletion") == true)
            {
                reference["blockOwnerDeletion"] = false;
                changed = true;
            }
        }

        return changed;
    }

    private static UpdateObject WithoutOwners(StoredObject stored, Func<string, bool> isGone)
    {
        JsonObject obj = StoredJson.Read(stored);
        JsonObject metadata = obj.ObjectOrNew("metadata")!;
        List<JsonNode> left = [.. metadata.Items("ownerReferences").Select(r => r.Item).Where(r => !isGone(r.Text("uid") ?? "")).Select(r => r.DeepClone())];
        metadata.Remove("ownerReferences");
        if (left.Count > 0)
        {
            metadata["ownerReferences"] = new JsonArray([.. left]);
        }

        return StoredJson.Replace(stored, obj);
    }

    private static bool Blocks(StoredObject dependent, StoredObject owner) =>
        (owner.Key.Namespace.Length == 0 || owner.Key.Namespace == dependent.Key.Namespace)
        && OwnerReference.Of(dependent).Any(r => r.Uid == owner.Uid && r.BlocksOwnerDeletion);

    private static bool IsMisplaced(OwnerState state) => state is OwnerState.ElsewhereNamespace or OwnerState.NamespacedOfClusterScoped;

    private static ObservedEvent Misplaced(GarbageView view, OwnerReference reference)
    {
        string ns = view.Stored.Key.Namespace;
        return new ObservedEvent(
            view.Kind.ApiVersion, view.Kind.Kind, ns, view.Stored.Key.Name, view.Stored.Uid, true, "OwnerRefInvalidNamespace",
            $"ownerRef {reference.Describe(ns)} does not exist in namespace \"{ns}\"", Component);
    }
}

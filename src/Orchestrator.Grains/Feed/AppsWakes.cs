using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>
/// Which controllers of <c>apps/v1</c> a change concerns: the one that changed, the one that controls what changed, and those that could adopt what
/// nobody controls.
/// </summary>
internal sealed class AppsWakes(IObjectStore store, OrphanSightings sightings)
{
    private static readonly (ControllerKind Kind, Reconciler Reconciler, string[] Controls)[] Kinds =
    [
        (ControllerKind.Deployment, Reconciler.Deployment, [Resources.ReplicaSets]),
        (ControllerKind.ReplicaSet, Reconciler.ReplicaSet, [Resources.Pods]),
        (ControllerKind.ReplicationController, Reconciler.ReplicationController, [Resources.Pods]),
        (ControllerKind.StatefulSet, Reconciler.StatefulSet, [Resources.Pods, Resources.ControllerRevisions]),
        (ControllerKind.DaemonSet, Reconciler.DaemonSet, [Resources.Pods, Resources.ControllerRevisions]),
    ];

    // Selectors of controllers, read once for each version of them.
    private static readonly ConditionalWeakTable<StoredObject, LabelSelector> Selectors = [];

    public IEnumerable<Wake> For(Change change)
    {
        StoredObject obj = change.Object;
        var wakes = new List<Wake>();
        bool isControlled = false;
        foreach ((ControllerKind kind, Reconciler reconciler, string[] controls) in Kinds)
        {
            if (obj.Key.Resource == kind.Resource)
            {
                wakes.Add(Of(reconciler, obj));
            }

            isControlled |= controls.Contains(obj.Key.Resource);
        }

        if (isControlled)
        {
            AddControllers(obj, wakes);
            if (change.Previous is { OwnerUids.Count: > 0 } before)
            {
                AddControllers(before, wakes);
            }

            if (change.Type != ChangeType.Deleted && MayBeNewOrphan(change))
            {
                AddAdopters(change, wakes);
            }
        }

        if (obj.Key.Resource == Resources.Nodes && MayMoveDaemons(change))
        {
            wakes.AddRange(store.List(Resources.DaemonSets).Items.Select(d => Of(Reconciler.DaemonSet, d)));
        }

        return wakes;
    }

    // Nodes report their state all the time; where daemons run is a matter of their labels and taints.
    private static bool MayMoveDaemons(Change change) =>
        change.Type != ChangeType.Updated
        || change.Previous is not { } before
        || !SameLabels(before.Labels, change.Object.Labels)
        || !SpecOf(before).SequenceEqual(SpecOf(change.Object));

    private static ReadOnlySpan<byte> SpecOf(StoredObject stored)
    {
        ReadOnlySpan<byte> json = stored.Json.Span;
        return JsonMembers.Find(json, new Span(0, json.Length), "spec"u8) is { } spec ? spec.Of(json) : [];
    }

    /// <summary>All that may need a look.</summary>
    public IEnumerable<Wake> All() => Kinds.SelectMany(k => store.List(k.Kind.Resource).Items.Select(o => Of(k.Reconciler, o)));

    private static void AddControllers(StoredObject obj, List<Wake> wakes)
    {
        if (OwnerReference.Of(obj).FirstOrDefault(r => r.IsController) is not { } owner)
        {
            return;
        }

        foreach ((ControllerKind kind, Reconciler reconciler, _) in Kinds)
        {
            if (kind.Kind == owner.Kind && kind.ApiVersion == owner.ApiVersion)
            {
                wakes.Add(new Wake(reconciler, $"{obj.Key.Namespace}/{owner.Name}"));
            }
        }
    }

    // An orphan whose labels and owners are what they were has been looked at already.
    private static bool MayBeNewOrphan(Change change) =>
        !change.Object.IsTerminating
        && !OwnerReference.HasController(change.Object)
        && (change.Previous is not { } before || before.OwnerUids.Count > 0 || !SameLabels(before.Labels, change.Object.Labels));

    private void AddAdopters(Change change, List<Wake> wakes)
    {
        StoredObject orphan = change.Object;
        foreach ((ControllerKind kind, Reconciler reconciler, string[] controls) in Kinds)
        {
            if (orphan.Key.Resource != controls[0])
            {
                continue;
            }

            foreach (StoredObject controller in store.List(kind.Resource, orphan.Key.Namespace).Items)
            {
                if (SelectorOf(controller) is { IsEverything: false } selector && selector.Matches(orphan.Labels))
                {
                    Wake wake = Of(reconciler, controller);
                    sightings.Note(kind.Resource, wake.Key, change.Revision);
                    wakes.Add(wake);
                }
            }
        }
    }

    private static LabelSelector SelectorOf(StoredObject controller) => Selectors.GetValue(controller, static c =>
    {
        JsonObject? selector = StoredJson.Read(c).Child("spec", "selector");
        return (c.Key.Resource == Resources.ReplicationControllers ? SelectorObject.ReadMap(selector) : SelectorObject.Read(selector)) ?? LabelSelector.Everything;
    });

    private static bool SameLabels(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(l => other.TryGetValue(l.Key, out string? value) && value == l.Value);

    private static Wake Of(Reconciler reconciler, StoredObject obj) => new(reconciler, $"{obj.Key.Namespace}/{obj.Key.Name}");
}

using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps;

/// <summary>What the controllers of <c>apps/v1</c> work with.</summary>
internal sealed record AppsParts(IObjectStore Store, IEventRecorder Events, TimeProvider Time, IObjectAdmission Admission, OrphanSightings Orphans)
{
    /// <summary>Objects of a kind that have the controller as theirs, from the index of owners.</summary>
    public IReadOnlyList<StoredObject> Owned(string resource, StoredObject controller) =>
    [
        .. Store.ListByOwner(controller.Uid).Items
            .Where(o => o.Key.Resource == resource && o.Key.Namespace == controller.Key.Namespace && ControllerOf(o)?.Uid == controller.Uid)
            .OrderBy(o => o.Key.Name, StringComparer.Ordinal),
    ];

    /// <summary>Tells whether an object of a kind has a name, in the controller's namespace.</summary>
    public Func<string, bool> IsTaken(string resource, StoredObject controller) =>
        name => Store.Get(new ObjectKey(resource, controller.Key.Namespace, name)) is not null;

    private static OwnerReference? ControllerOf(StoredObject owned) =>
        owned.Key.Resource == Resources.Pods ? PodView.Of(owned).Controller : OwnerReference.Of(owned).FirstOrDefault(r => r.IsController);
}

/// <summary>Reads what one controller's plan needs, and makes the plan. Keeps only what saves work; it may be replaced by a new one at any time.</summary>
internal interface IAppsPlanner
{
    ControllerKind Kind { get; }

    ReconcilePlan Plan(StoredObject controller, DateTimeOffset now);
}

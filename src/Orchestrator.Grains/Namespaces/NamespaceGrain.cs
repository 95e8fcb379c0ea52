using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Namespaces;

/// <summary>Ends one namespace once it is terminating. The key is its name.</summary>
public interface INamespaceGrain : IReconcilerGrain;

internal sealed class NamespaceGrain(IObjectStore store, ServedKinds kinds, IEventRecorder events, TimeProvider time, ILogger<NamespaceGrain> logger)
    : ReconcilingGrain(store, events, time, logger), INamespaceGrain
{
    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string name = this.GetPrimaryKeyString();
        return Store.Get(new ObjectKey(Resources.Namespaces, "", name)) is { } ns
            ? NamespaceEnding.Plan(ns, Content(name), now)
            : ReconcilePlan.Gone;
    }

    private IEnumerable<(StoredObject Object, IDeletionRules Rules)> Content(string ns) => kinds.Current.All
        .Where(kind => kind.Namespaced)
        .DistinctBy(kind => kind.StorageName)
        .SelectMany(kind => Store.List(kind.StorageName, ns).Items.Select(obj => (obj, kind.Deletion)));
}

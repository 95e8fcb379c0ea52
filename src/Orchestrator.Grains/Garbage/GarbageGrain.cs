using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Garbage;

/// <summary>Collects one object where its owners have gone, and sees to its dependents when it goes itself. The key is that of <see cref="GarbageKey"/>. It lives only while there is something to do.</summary>
public interface IGarbageGrain : IReconcilerGrain;

internal sealed class GarbageGrain(
    IObjectStore store, ServedKinds kinds, Owners owners, IEventRecorder events, TimeProvider time, ILogger<GarbageGrain> logger)
    : ReconcilingGrain(store, events, time, logger), IGarbageGrain
{
    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        ObjectKey key = GarbageKey.Parse(this.GetPrimaryKeyString());
        return Store.Get(key) is { } stored && kinds.Current.FindStored(key.Resource) is { } kind
            ? GarbagePlan.Plan(new GarbageView(stored, kind, Store.ListByOwner(stored.Uid).Items, r => owners.StateOf(r, key.Namespace), now))
            : ReconcilePlan.Gone;
    }
}

/// <summary>Keys of garbage grains: <c>RESOURCE/NAMESPACE/NAME</c>, the namespace empty for cluster-scoped objects.</summary>
internal static class GarbageKey
{
    public static string Of(ObjectKey key) => $"{key.Resource}/{key.Namespace}/{key.Name}";

    public static ObjectKey Parse(string key)
    {
        string[] parts = key.Split('/', 3);
        return new ObjectKey(parts[0], parts[1], parts[2]);
    }
}

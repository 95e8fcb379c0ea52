using Orleans.Concurrency;

namespace Orchestrator.Grains.Reconciling;

/// <summary>A grain that keeps one object right. The key names the object.</summary>
public interface IReconcilerGrain : IGrainWithStringKey
{
    /// <summary>Something changed that may concern the object. Cheap and idempotent: many calls come to one look.</summary>
    [OneWay]
    [AlwaysInterleave]
    Task WakeAsync();
}

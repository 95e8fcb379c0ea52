namespace Orchestrator.Store;

/// <summary>Whether the store can do its work now; for readiness checks.</summary>
public interface IStoreHealth
{
    StoreHealth Current { get; }
}

/// <param name="IsLoaded">The cache has been filled: reads can be served.</param>
/// <param name="IsDatabaseReachable">The last exchange with the database succeeded.</param>
/// <param name="SecondsSinceContact">Since the last successful exchange with the database; there is one at least every <see cref="StoreOptions.PollInterval"/>.</param>
/// <param name="CacheRevision">Highest revision in the cache.</param>
/// <param name="LagRevisions">How far the cache is known to be behind the log.</param>
/// <param name="Problem">What is wrong, in a sentence; null where nothing is.</param>
public sealed record StoreHealth(
    bool IsLoaded,
    bool IsDatabaseReachable,
    double SecondsSinceContact,
    long CacheRevision,
    long LagRevisions,
    string? Problem);

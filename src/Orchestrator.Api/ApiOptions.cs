namespace Orchestrator.Api;

/// <summary>Limits of the API.</summary>
public sealed class ApiOptions
{
    /// <summary>Largest request body, as Kubernetes' default.</summary>
    public int MaxBodyBytes { get; set; } = 3 * 1024 * 1024;

    /// <summary>Deepest nesting of JSON and YAML bodies. Schemas in CustomResourceDefinitions nest deeper than other objects.</summary>
    public int MaxDepth { get; set; } = 200;

    /// <summary>Seats for requests that are served at once, over all levels, as Kubernetes' default; streams, probes and administrators need none.</summary>
    public int MaxRequestsInFlight { get; set; } = 600;

    /// <summary>Requests of one user that wait for a seat; more are answered 429.</summary>
    public int MaxQueuedPerUser { get; set; } = 100;

    /// <summary>Requests of one level that wait for a seat; more are answered 429.</summary>
    public int MaxQueuedPerLevel { get; set; } = 5000;

    /// <summary>How long a request waits for a seat before it is answered 429.</summary>
    public TimeSpan MaxQueueTime { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Collections whose size is remembered to estimate what a list weighs.</summary>
    public int MaxNotedListSizes { get; set; } = 10_000;

    /// <summary>Watches open at once; more are answered 429.</summary>
    public int MaxWatches { get; set; } = 20_000;

    /// <summary>Watches that one user has open at once; more are answered 429. Administrators have only the limit of all.</summary>
    public int MaxWatchesPerUser { get; set; } = 5000;

    /// <summary>How long a read waits for a resourceVersion that this server has not seen yet.</summary>
    public TimeSpan FreshnessTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a watch that asked for bookmarks gets one.</summary>
    public TimeSpan BookmarkInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Shortest time after which a watch without timeoutSeconds is ended; the longest is twice that.</summary>
    public TimeSpan MinWatchTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a watch waits for its client to read what has been written; then it is cut, and what it held of the server's memory freed.</summary>
    public TimeSpan WatchWriteTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Responses at least this large are compressed for clients that accept gzip.</summary>
    public int CompressFromBytes { get; set; } = 128 * 1024;

    /// <summary>Times a patch or an unconditional update is tried again after losing a race.</summary>
    public int MaxConflictRetries { get; set; } = 5;

    /// <summary>Changes that are undone at most to show a list at an earlier revision; beyond that it is 410 Gone.</summary>
    public int MaxUndoneChanges { get; set; } = 100_000;

    /// <summary>Lists whose snapshot is kept for their continue tokens.</summary>
    public int MaxListSnapshots { get; set; } = 64;

    /// <summary>How long such a snapshot is kept after its last page.</summary>
    public TimeSpan ListSnapshotLifetime { get; set; } = TimeSpan.FromMinutes(5);
}

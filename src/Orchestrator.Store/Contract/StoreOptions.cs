using Orchestrator.Store.PrivatePostgres;

namespace Orchestrator.Store;

/// <summary>Where the store's database is, and the limits it works within. Exactly one of <see cref="ConnectionString"/> and <see cref="PrivatePostgres"/> is set.</summary>
public sealed record StoreOptions
{
    /// <summary>Npgsql connection string of an existing database, on which the user may create a schema.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Run a PostgreSQL cluster of our own from the machine's binaries.</summary>
    public PrivatePostgresOptions? PrivatePostgres { get; init; }

    /// <summary>How long a caller waits for a commit before <see cref="StoreUnavailableException"/>.</summary>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long start waits for the database to accept connections.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the log is read where no notification arrives: bounds how long a lost notification delays a change.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>First pause before a lost database is tried again; doubles up to <see cref="MaxRetryDelay"/>, with jitter.</summary>
    public TimeSpan MinRetryDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Commits that may wait for the writer; further callers wait to queue, within <see cref="CommitTimeout"/>.</summary>
    public int MaxQueuedCommits { get; init; } = 4096;

    /// <summary>Mutations that are committed in one transaction, unless a single call brings more.</summary>
    public int MaxBatchMutations { get; init; } = 512;

    /// <summary>Bytes of bodies that are committed in one transaction, unless a single call brings more.</summary>
    public int MaxBatchBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Mutations that one call may bring; more are refused.</summary>
    public int MaxCallMutations { get; init; } = 10_000;

    /// <summary>Size of one object; larger ones are refused. etcd's limit of 1.5 MiB holds in Kubernetes.</summary>
    public int MaxBodyBytes { get; init; } = 3 * 512 * 1024;

    /// <summary>Recent changes held in memory, from which watches are resumed without asking the database.</summary>
    public int RecentChanges { get; init; } = 16_384;

    /// <summary>Bytes of objects that the recent changes may hold.</summary>
    public long RecentChangesBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Changes that may wait for the reader of one subscription before it is cut off.</summary>
    public int MaxSubscriptionBacklog { get; init; } = 8192;

    /// <summary>How often the log is compacted; zero turns it off.</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Age up to which changes are kept, unless there are more than <see cref="MaxRetainedChanges"/>.</summary>
    public TimeSpan ChangeRetention { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Number of changes that are kept at most, however young.</summary>
    public long MaxRetainedChanges { get; init; } = 1_000_000;

    /// <summary>Placement explanations that are kept, within a tenth.</summary>
    public int MaxExplanations { get; init; } = 20_000;

    /// <summary>Size of one explanation; larger ones are refused.</summary>
    public int MaxExplanationBytes { get; init; } = 256 * 1024;

    /// <summary>Connections for reading, besides the writer's and the listener's.</summary>
    public int MaxReadConnections { get; init; } = 4;

    /// <summary>Seed of the jitter of retries; null takes one from the system.</summary>
    public int? JitterSeed { get; init; }

    /// <summary>The connection string in effect, also for others that keep tables on the same database.</summary>
    /// <exception cref="InvalidOperationException">Neither or both of the two ways are given.</exception>
    public string ResolveConnectionString() => (ConnectionString, PrivatePostgres) switch
    {
        ({ Length: > 0 } given, null) => given,
        (null or "", { } own) => own.ConnectionString,
        (null or "", null) => throw new InvalidOperationException("either a connection string or a private PostgreSQL is needed"),
        _ => throw new InvalidOperationException("a connection string and a private PostgreSQL exclude each other"),
    };
}

namespace Orchestrator.Store.Follow;

/// <summary>
/// Whether this process may take its own cache for the log's head, without asking the database: while no other can commit, every acknowledged commit
/// went through here. The writer's session makes sure of that (<see cref="Commit.WriterSession"/>); this is what is known of it, for a short time from when
/// the database was last asked. Whoever takes the right over from a server that is lost waits longer than that.
/// </summary>
internal sealed class LogLease(TimeProvider time)
{
    /// <summary>How long an answer of the database holds, counted from when it was asked.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    /// <summary>How long a successor waits before it commits: the lease, and a quarter more for clocks that run at different rates.</summary>
    public static readonly TimeSpan Succession = TimeSpan.FromMilliseconds(1250);

    private readonly long _ticks = (long)(Duration.TotalSeconds * time.TimestampFrequency);
    private long _validUntil;
    private long _baseRevision;
    private volatile bool _isHeld;

    /// <summary>True where more than half of the lease is over, or all of it: whoever reads by it asks for another.</summary>
    public bool IsDue => _isHeld && time.GetTimestamp() > Volatile.Read(ref _validUntil) - (_ticks / 2);

    /// <summary>True where a cache at this revision has every acknowledged commit.</summary>
    public bool Covers(long cacheRevision) =>
        time.GetTimestamp() < Volatile.Read(ref _validUntil) && cacheRevision >= Volatile.Read(ref _baseRevision);

    /// <summary>The right was taken up, or found still to be there, with the log at this head.</summary>
    /// <param name="askedAt">Timestamp of before the database was asked.</param>
    /// <param name="headRevision">The head then.</param>
    public void Begin(long askedAt, long headRevision)
    {
        Volatile.Write(ref _baseRevision, headRevision);
        _isHeld = true;
        Extend(askedAt);
    }

    /// <summary>The writer's session, which holds the right, has answered.</summary>
    public void Extend(long askedAt) => Volatile.Write(ref _validUntil, askedAt + _ticks);

    /// <summary>The right is about to be given up, or may be lost.</summary>
    public void End()
    {
        _isHeld = false;
        Volatile.Write(ref _validUntil, 0);
    }
}

namespace Orchestrator.Agent.Runtimes.Qemu.Migration;

/// <summary>How a machine is moved while it runs. The names are KubeVirt's (<c>migrationConfiguration</c>).</summary>
internal sealed record MigrationPolicy
{
    /// <summary>Most bytes a second; 0 for as many as there are.</summary>
    public long BandwidthPerMigrationBytes { get; init; }

    /// <summary>How long the machine may stand still at the end, as far as can be foreseen.</summary>
    public TimeSpan MaxDowntime { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Whether a machine that writes memory faster than it is sent is slowed down.</summary>
    public bool AllowAutoConverge { get; init; } = true;

    /// <summary>Whether a machine that still does not come to an end goes on at the target, fetching what it misses: if either side or the connection is lost then, the machine is.</summary>
    public bool AllowPostCopy { get; init; }

    /// <summary>Given up, or post-copy begun, after this long for each GiB of memory (KubeVirt's <c>completionTimeoutPerGiB</c>).</summary>
    public TimeSpan CompletionTimeoutPerGibibyte { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Given up if nothing is transferred for so long.</summary>
    public TimeSpan ProgressTimeout { get; init; } = TimeSpan.FromSeconds(150);
}

namespace Orchestrator.Api.Auditing;

/// <summary>What is audited, and where the record goes. Names and defaults as of Kubernetes' API server.</summary>
public sealed record AuditOptions
{
    public required AuditPolicy Policy { get; init; }

    /// <summary>File of JSON lines; <c>-</c> for the standard output.</summary>
    public required string LogPath { get; init; }

    /// <summary>Days that old files are kept; 0 for ever.</summary>
    public int MaxAgeDays { get; init; }

    /// <summary>Old files that are kept; 0 for all.</summary>
    public int MaxBackups { get; init; }

    /// <summary>Size at which a file is put away and a new one begun.</summary>
    public int MaxSizeMegabytes { get; init; } = 100;

    /// <summary>Events that may wait to be written; further ones are dropped and counted.</summary>
    public int MaxQueuedEvents { get; init; } = 10_000;

    /// <summary>Bytes of events that may wait to be written.</summary>
    public long MaxQueuedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Larger bodies are left out of events.</summary>
    public int MaxBodyBytes { get; init; } = 1024 * 1024;
}

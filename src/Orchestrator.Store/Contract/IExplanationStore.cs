namespace Orchestrator.Store;

/// <summary>One kept placement decision. <paramref name="Body"/> is UTF-8 JSON, made by the scheduler.</summary>
public sealed record ExplanationRecord(string PodUid, string Namespace, string Name, DateTimeOffset DecidedAt, ReadOnlyMemory<byte> Body);

/// <summary>
/// The latest placement decision of each pod, kept within a bound (oldest first out). Not part of the revision order: an explanation is a
/// record of a decision, not state that anything depends on, so its loss in a crash of the database is harmless.
/// </summary>
public interface IExplanationStore
{
    /// <summary>Keeps the decisions, replacing earlier ones of the same pods.</summary>
    ValueTask SaveAsync(IReadOnlyList<ExplanationRecord> records, CancellationToken cancel = default);

    ValueTask<ExplanationRecord?> FindAsync(string podUid, CancellationToken cancel = default);
}

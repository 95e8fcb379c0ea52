using Npgsql;
using NpgsqlTypes;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.Explanations;

/// <summary>Explanations in their table, written without waiting for the disk. Trimmed to the bound whenever a tenth of it has been saved.</summary>
internal sealed class ExplanationTable(StoreDatabase database, StoreOptions options) : IExplanationStore
{
    private const string SaveSql = """
        INSERT INTO explanation AS e (pod_uid, namespace, name, decided_at, body)
        SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT (pod_uid) DO UPDATE
        SET namespace = excluded.namespace, name = excluded.name, decided_at = excluded.decided_at, body = excluded.body
        WHERE e.decided_at <= excluded.decided_at
        """;

    private const string TrimSql =
        "DELETE FROM explanation WHERE pod_uid IN (SELECT pod_uid FROM explanation ORDER BY decided_at DESC OFFSET $1)";

    private const string FindSql = "SELECT namespace, name, decided_at, body FROM explanation WHERE pod_uid = $1";

    private int _savedSinceTrim;

    /// <inheritdoc/>
    public async ValueTask SaveAsync(IReadOnlyList<ExplanationRecord> records, CancellationToken cancel = default)
    {
        if (records.Count == 0)
        {
            return;
        }

        if (records.FirstOrDefault(r => r.Body.Length > options.MaxExplanationBytes) is { } large)
        {
            throw new ArgumentException($"the explanation of {large.Namespace}/{large.Name} has {large.Body.Length} bytes, at most {options.MaxExplanationBytes} are kept", nameof(records));
        }

        try
        {
            // One row may not be written twice by one statement; the later decision counts.
            await InsertAsync([.. records.GroupBy(r => r.PodUid).Select(g => g.MaxBy(r => r.DecidedAt)!)], cancel);
            if (Interlocked.Add(ref _savedSinceTrim, records.Count) >= Math.Max(1, options.MaxExplanations / 10))
            {
                Interlocked.Exchange(ref _savedSinceTrim, 0);
                await TrimAsync(cancel);
            }
        }
        catch (Exception e) when (DatabaseErrors.IsDatabase(e))
        {
            throw new StoreUnavailableException("the explanations could not be saved", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ExplanationRecord?> FindAsync(string podUid, CancellationToken cancel = default)
    {
        try
        {
            await using var command = database.Readers.CreateCommand(FindSql);
            command.Parameters.Add(new() { Value = podUid });
            await using var rows = await command.ExecuteReaderAsync(cancel);
            return await rows.ReadAsync(cancel)
                ? new(podUid, rows.GetString(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2), rows.GetFieldValue<byte[]>(3))
                : null;
        }
        catch (Exception e) when (DatabaseErrors.IsDatabase(e))
        {
            throw new StoreUnavailableException("the explanation could not be read", e);
        }
    }

    private async Task InsertAsync(ExplanationRecord[] records, CancellationToken cancel)
    {
        await using var command = database.Explanations.CreateCommand(SaveSql);
        Add(command, NpgsqlDbType.Text, records.Select(r => r.PodUid));
        Add(command, NpgsqlDbType.Text, records.Select(r => r.Namespace));
        Add(command, NpgsqlDbType.Text, records.Select(r => r.Name));
        Add(command, NpgsqlDbType.TimestampTz, records.Select(r => r.DecidedAt.ToUniversalTime()));
        Add(command, NpgsqlDbType.Bytea, records.Select(r => r.Body));
        await command.ExecuteNonQueryAsync(cancel);
    }

    private async Task TrimAsync(CancellationToken cancel)
    {
        await using var command = database.Explanations.CreateCommand(TrimSql);
        command.Parameters.Add(new() { Value = options.MaxExplanations });
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType element, IEnumerable<T> values) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | element });
}

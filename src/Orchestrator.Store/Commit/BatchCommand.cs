using Npgsql;
using NpgsqlTypes;
using Orchestrator.Store.Connections;
using Orchestrator.Store.Follow;

namespace Orchestrator.Store.Commit;

/// <param name="Revisions">For each mutation, its revision, or 0 where it failed.</param>
/// <param name="Currents">For each mutation, the revision that its object had before; 0 for none, <see cref="Fenced"/> for an outdated fence, <see cref="Skipped"/> where the mutation that it needs failed.</param>
/// <param name="HeadRevision">Of the log, after the batch.</param>
internal sealed record BatchReply(long[] Revisions, long[] Currents, long HeadRevision)
{
    public const long Fenced = -1;
    public const long Skipped = -2;
}

/// <summary>
/// Sends a batch to the database: one statement, one round trip, its own transaction. Keeps one session. Sending the same batch again with the
/// same sequence number never applies it twice.
/// </summary>
internal sealed class BatchCommand(WriterSession session, Guid writer, ReplyClock replies, TimeProvider time) : IAsyncDisposable
{
    private const string Sql =
        "SELECT revisions, currents, head_revision FROM commit_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

    public async Task<BatchReply> ExecuteAsync(CommitBatch batch, long sequence, bool hasPeers, CancellationToken cancel)
    {
        try
        {
            var connection = await session.GetAsync(hasPeers, cancel);
            var askedAt = time.GetTimestamp();
            await using var command = Build(connection, batch, sequence, notify: hasPeers);
            await using var rows = await command.ExecuteReaderAsync(cancel);
            await rows.ReadAsync(cancel);
            var reply = new BatchReply(rows.GetFieldValue<long[]>(0), rows.GetFieldValue<long[]>(1), rows.GetInt64(2));
            session.Answered(askedAt);
            replies.Note();
            return reply;
        }
        catch (Exception e)
        {
            await LoseAsync(e);
            throw;
        }
    }

    /// <summary>Renews the lease on the log's head, and shares or takes the right to commit as there are others or not.</summary>
    public async Task RenewAsync(bool hasPeers, CancellationToken cancel)
    {
        try
        {
            if (await session.RenewAsync(hasPeers, cancel))
            {
                replies.Note();
            }
        }
        catch (Exception e)
        {
            await LoseAsync(e);
            throw;
        }
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private async ValueTask LoseAsync(Exception e)
    {
        if (DatabaseErrors.IsTransient(e))
        {
            replies.NoteFailure(e);
        }

        await session.DropAsync();
    }

    private NpgsqlCommand Build(NpgsqlConnection connection, CommitBatch batch, long sequence, bool notify)
    {
        var mutations = batch.Mutations;
        var command = new NpgsqlCommand(Sql, connection);
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = writer });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
        parameters.Add(new NpgsqlParameter<bool> { TypedValue = notify });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = batch.RoundCount });
        AddArray(parameters, NpgsqlDbType.Smallint, batch.Rounds.ToArray());
        AddArray(parameters, NpgsqlDbType.Smallint, Select(mutations, m => (short)m.Type));
        AddArray(parameters, NpgsqlDbType.Text, Select(mutations, m => m.Key.Resource));
        AddArray(parameters, NpgsqlDbType.Text, Select(mutations, m => m.Key.Namespace));
        AddArray(parameters, NpgsqlDbType.Text, Select(mutations, m => m.Key.Name));
        AddArray(parameters, NpgsqlDbType.Text, Select(mutations, m => m.Uid));
        AddArray(parameters, NpgsqlDbType.Bigint, Select(mutations, m => m.ExpectedRevision));
        AddArray(parameters, NpgsqlDbType.Bytea, Select(mutations, m => m.Body));
        AddArray(parameters, NpgsqlDbType.Smallint, batch.FenceIndexes.ToArray());
        AddArray(parameters, NpgsqlDbType.Text, batch.Fences.Select(f => f.Name).ToArray());
        AddArray(parameters, NpgsqlDbType.Bigint, batch.Fences.Select(f => f.Epoch).ToArray());
        return command;
    }

    private static void AddArray<T>(NpgsqlParameterCollection parameters, NpgsqlDbType element, T[] values) =>
        parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element });

    private static T[] Select<T>(IReadOnlyList<PreparedMutation> mutations, Func<PreparedMutation, T> select)
    {
        var values = new T[mutations.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = select(mutations[i]);
        }

        return values;
    }
}

using Npgsql;
using Orchestrator.Store.Connections;
using Orchestrator.Store.Follow;

namespace Orchestrator.Store.Commit;

/// <summary>
/// The database session in which this process commits. It holds the right to commit as long as it lives: shared with other servers, or alone, which is
/// what makes the lease on the log's head true. A session that is lost has lost the right with it, in the database, before another can have it.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="self">This process.</param>
/// <param name="lease">What reads go by.</param>
/// <param name="time">Clock.</param>
internal sealed class WriterSession(StoreDatabase database, Guid self, LogLease lease, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The right to commit: a session-level advisory lock.</summary>
    private const string Right = "7236821, 4";

    /// <summary>A server that keeps the right to itself for so long although it was asked to share is hung.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan AskingInterval = TimeSpan.FromMilliseconds(20);

    private NpgsqlConnection? _connection;
    private bool _isSole;

    /// <summary>The connection, with the right to commit: shared where there may be others, else alone.</summary>
    public async ValueTask<NpgsqlConnection> GetAsync(bool hasPeers, CancellationToken cancel)
    {
        if (_connection is not { } connection)
        {
            _connection = connection = await database.Writer.OpenConnectionAsync(cancel);
            await TakeSharedAsync(connection, cancel);
        }

        if (_isSole == hasPeers)
        {
            await (hasPeers ? ShareAsync(connection, cancel) : TakeAloneAsync(connection, cancel));
        }

        return connection;
    }

    /// <summary>The session has answered what was asked at that time.</summary>
    public void Answered(long askedAt)
    {
        if (_isSole)
        {
            lease.Extend(askedAt);
        }
    }

    /// <summary>Asks, for no other reason than the lease.</summary>
    /// <returns>True where the right is held alone.</returns>
    public async Task<bool> RenewAsync(bool hasPeers, CancellationToken cancel)
    {
        var connection = await GetAsync(hasPeers, cancel);
        if (_isSole)
        {
            var askedAt = time.GetTimestamp();
            lease.Begin(askedAt, (long)(await ScalarAsync(connection, "SELECT revision FROM head", cancel))!);
        }

        return _isSole;
    }

    /// <summary>Ends the session, and with it the right, in the middle of whatever it does. A successor of this process itself need not wait.</summary>
    public async ValueTask DropAsync()
    {
        lease.End();
        _isSole = false;
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    /// <summary>Ends the session in order, so that no successor need wait.</summary>
    public async ValueTask DisposeAsync()
    {
        lease.End();
        try
        {
            if (_isSole && _connection is { } connection)
            {
                await ScalarAsync(connection, Release, CancellationToken.None);
            }
        }
        catch (Exception e) when (DatabaseErrors.IsDatabase(e))
        {
            // Not released: the successor waits until the lease would be over.
        }

        await DropAsync();
    }

    private string Claim => $"UPDATE head SET sole_writer = '{self}' RETURNING revision";

    private string Release => $"UPDATE head SET sole_writer = NULL WHERE sole_writer = '{self}'";

    /// <summary>Takes the right beside others; one who has it alone is asked to share, and cut off if it does not.</summary>
    private async Task TakeSharedAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (!(bool)(await ScalarAsync(connection, $"SELECT pg_try_advisory_lock_shared({Right})", cancel))!)
        {
            await ScalarAsync(connection, $"SELECT pg_notify('orchestrator_change', 'joined {self}')", cancel);
            if (time.GetElapsedTime(started) > Patience)
            {
                await CutHolderAsync(connection, cancel);
            }

            await Task.Delay(AskingInterval, time, cancel);
        }

        // Whoever had it alone and is lost may still answer reads for as long as its lease lasts: nothing may be committed before.
        if (await ScalarAsync(connection, "SELECT sole_writer FROM head", cancel) is Guid last && last != self)
        {
            await Task.Delay(LogLease.Succession, time, cancel);
            await ScalarAsync(connection, "UPDATE head SET sole_writer = NULL", cancel);
        }
    }

    private static async Task CutHolderAsync(NpgsqlConnection connection, CancellationToken cancel) => await ScalarAsync(
        connection,
        """
        SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 7236821 AND objid = 4 AND granted AND mode = 'ExclusiveLock' AND pid <> pg_backend_pid()
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """,
        cancel);

    /// <summary>Others have come. Reads must no longer go by the lease before any of them can commit, and the right is never given up in between.</summary>
    private async Task ShareAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        lease.End();
        _isSole = false;
        await ScalarAsync(connection, $"SELECT pg_advisory_lock_shared({Right})", cancel);
        await ScalarAsync(connection, Release, cancel);
        await ScalarAsync(connection, $"SELECT pg_advisory_unlock({Right})", cancel);
    }

    /// <summary>The others seem to have gone. Where one has not, all stays as it is.</summary>
    private async Task TakeAloneAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        if ((bool)(await ScalarAsync(connection, $"SELECT pg_try_advisory_lock({Right})", cancel))!)
        {
            var askedAt = time.GetTimestamp();
            var head = (long)(await ScalarAsync(connection, Claim, cancel))!;
            await ScalarAsync(connection, $"SELECT pg_advisory_unlock_shared({Right})", cancel);
            _isSole = true;
            lease.Begin(askedAt, head);
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancel);
    }
}

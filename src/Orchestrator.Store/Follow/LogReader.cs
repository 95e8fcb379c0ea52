using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Model;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.Follow;

/// <summary>Reads the change log and the present state from the database.</summary>
internal sealed class LogReader(StoreDatabase database, StoredObjectFactory objects, ReplyClock replies) : ILogPages
{
    private const int PageChanges = 512;

    private const string EntriesSql = """
        SELECT revision, type, resource, namespace, name, uid, body FROM change
        WHERE revision > $1 ORDER BY revision LIMIT $2
        """;

    private const string ChangesSql = """
        SELECT c.revision, c.type, c.resource, c.namespace, c.name, c.uid, c.body, p.revision, p.body
        FROM change c LEFT JOIN change p ON p.revision = c.previous_revision
        WHERE c.revision > $1 ORDER BY c.revision LIMIT $2
        """;

    // One statement, so one snapshot: a compaction between the two reads cannot be missed.
    private const string CompactionSql = "SELECT revision FROM compaction";

    private const string ObjectsSql = """
        SELECT o.revision, o.resource, o.namespace, o.name, o.uid, c.body FROM object o JOIN change c ON c.revision = o.revision
        """;

    /// <summary>The database's head revision.</summary>
    public async ValueTask<long> ReadHeadAsync(CancellationToken cancel)
    {
        await using var command = database.Readers.CreateCommand("SELECT revision FROM head");
        var head = (long)(await command.ExecuteScalarAsync(cancel))!;
        replies.Note();
        return head;
    }

    /// <summary>Entries after the revision, up to a page, for the cache, which knows the previous states itself.</summary>
    public async ValueTask<List<LogEntry>> ReadEntriesAsync(long afterRevision, CancellationToken cancel)
    {
        await using var command = Command(database.Readers.CreateCommand(EntriesSql), afterRevision, PageChanges);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var entries = new List<LogEntry>();
        while (await rows.ReadAsync(cancel))
        {
            var key = new ObjectKey(objects.Intern(rows, 2), objects.Intern(rows, 3), rows.GetString(4));
            var type = (ChangeType)rows.GetInt16(1);
            var revision = rows.GetInt64(0);
            entries.Add(new(revision, type, key, type == ChangeType.Deleted ? null : objects.Read(key, rows.GetString(5), revision, rows, 6)));
        }

        replies.Note();
        return entries;
    }

    /// <inheritdoc/>
    public async ValueTask<LogPage> ReadAsync(long afterRevision, CancellationToken cancel)
    {
        try
        {
            await using var connection = await database.Readers.OpenConnectionAsync(cancel);
            await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
            var compacted = await ReadLongAsync(connection, CompactionSql, cancel);
            if (afterRevision < compacted)
            {
                throw new RevisionCompactedException(afterRevision, compacted);
            }

            var changes = await ReadChangesAsync(connection, afterRevision, PageChanges, cancel);
            return new LogPage(changes, changes.Count > 0 ? changes[^1].Revision : afterRevision);
        }
        catch (Exception e) when (DatabaseErrors.IsDatabase(e))
        {
            throw new StoreUnavailableException("the change log could not be read", e);
        }
    }

    /// <summary>Everything, in one snapshot.</summary>
    public async Task<CacheContents> LoadAsync(int recentChanges, CancellationToken cancel)
    {
        await using var connection = await database.Readers.OpenConnectionAsync(cancel);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        var head = await ReadLongAsync(connection, "SELECT revision FROM head", cancel);
        var compacted = await ReadLongAsync(connection, CompactionSql, cancel);
        var present = new List<StoredObject>();
        await foreach (var obj in ReadObjectsAsync(connection, cancel))
        {
            present.Add(obj);
        }

        var recent = await ReadChangesAsync(connection, Math.Max(compacted, head - recentChanges), recentChanges, cancel);
        replies.Note();
        return new CacheContents(head, compacted, present, recent);
    }

    private async IAsyncEnumerable<StoredObject> ReadObjectsAsync(NpgsqlConnection connection, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(ObjectsSql, connection) { CommandTimeout = 0 };
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            var key = new ObjectKey(objects.Intern(rows, 1), objects.Intern(rows, 2), rows.GetString(3));
            yield return objects.Read(key, rows.GetString(4), rows.GetInt64(0), rows, 5);
        }
    }

    private async Task<List<Change>> ReadChangesAsync(NpgsqlConnection connection, long afterRevision, int limit, CancellationToken cancel)
    {
        await using var command = Command(new NpgsqlCommand(ChangesSql, connection), afterRevision, limit);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var changes = new List<Change>();
        while (await rows.ReadAsync(cancel))
        {
            changes.Add(ReadChange(rows));
        }

        return changes;
    }

    private Change ReadChange(NpgsqlDataReader rows)
    {
        var revision = rows.GetInt64(0);
        var type = (ChangeType)rows.GetInt16(1);
        var key = new ObjectKey(objects.Intern(rows, 2), objects.Intern(rows, 3), rows.GetString(4));
        var uid = rows.GetString(5);
        var previous = rows.IsDBNull(7) ? null : objects.Read(key, uid, rows.GetInt64(7), rows, 8);
        var now = type == ChangeType.Deleted ? ObjectCache.LastStateOf(previous!, revision) : objects.Read(key, uid, revision, rows, 6);
        return new Change(revision, type, now, previous);
    }

    private static async Task<long> ReadLongAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static NpgsqlCommand Command(NpgsqlCommand command, long afterRevision, int limit)
    {
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterRevision });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return command;
    }
}

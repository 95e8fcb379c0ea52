using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.Follow;

/// <summary>
/// Listens for other servers' commits and knows whether there are other servers at all: each holds a shared advisory lock and says so when it
/// comes. A server that is alone need not notify anybody, which saves a good part of what a small commit costs. All of this only makes things
/// fast; what is missed is found by polling.
/// </summary>
internal sealed partial class PeerListener(
    StoreDatabase database, LogFollower follower, Guid self, Action counted, StoreOptions options, TimeProvider time, Random jitter, ILogger<PeerListener> log)
{
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(5);

    private volatile bool _hasPeers = true;

    /// <summary>True unless this server is known to be the only one.</summary>
    public bool HasPeers => _hasPeers;

    public async Task RunAsync(CancellationToken cancel)
    {
        var backoff = new Backoff(options.MinRetryDelay, options.MaxRetryDelay, time, jitter);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(backoff, cancel);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                Assume();
                LogLost(log, e);
                await backoff.PauseAsync(cancel);
            }
        }
    }

    private async Task ListenAsync(Backoff backoff, CancellationToken cancel)
    {
        await using var connection = await database.Listener.OpenConnectionAsync(cancel);
        connection.Notification += (_, notification) => OnNotified(notification.Payload);
        await ExecuteAsync(
            connection,
            $"LISTEN orchestrator_change; SELECT pg_advisory_lock_shared(7236821, 3); SELECT pg_notify('orchestrator_change', 'joined {self}')",
            cancel);

        // What was committed before we listened was notified to nobody.
        follower.Hint();
        backoff.Reset();
        var lastCount = 0L;
        while (true)
        {
            if (lastCount == 0 || time.GetElapsedTime(lastCount) >= CountInterval)
            {
                // Assumed before asking: a peer that comes meanwhile is not overwritten by the answer of before.
                lastCount = time.GetTimestamp();
                await CountPeersAsync(connection, cancel);
            }

            await connection.WaitAsync(CountInterval, cancel);
        }
    }

    private async Task CountPeersAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND classid = 7236821 AND objid = 3 AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            connection);
        _hasPeers = (long)(await command.ExecuteScalarAsync(cancel))! > 1;
        counted();
    }

    private void Assume()
    {
        _hasPeers = true;
        counted();
    }

    private void OnNotified(string payload)
    {
        if (!payload.StartsWith("joined ", StringComparison.Ordinal))
        {
            follower.Hint(long.TryParse(payload, CultureInfo.InvariantCulture, out var revision) ? revision : 0);
        }
        else if (!payload.EndsWith(self.ToString(), StringComparison.Ordinal))
        {
            Assume();
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Listening for other servers failed; trying again")]
    private static partial void LogLost(ILogger logger, Exception e);
}

using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Migration;

/// <summary>How a move ended.</summary>
/// <param name="Succeeded">The machine runs at the target, and stands still here for good.</param>
/// <param name="Reason">One CamelCase word: Completed, Cancelled, Failed, TimedOut, NoProgress.</param>
/// <param name="Message">In words.</param>
internal sealed record MigrationOutcome(bool Succeeded, string Reason, string Message, MigrationProgress Progress);

/// <summary>
/// The sending end. Until the very last moment the machine runs here; whatever goes wrong before, it goes on running here, and that is made sure of. Only once QEMU says
/// <c>completed</c>, the machine is the target's; with post-copy there is no way back once that has begun.
/// </summary>
internal sealed class OutgoingMigration(QmpConnection monitor, TimeProvider time)
{
    private const long Gibibyte = 1L << 30;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private volatile bool _isCancelled;

    /// <summary>Moves the machine.</summary>
    /// <param name="uri">Where the target waits, as in <see cref="IncomingMigration.ListenAsync"/>.</param>
    /// <param name="policy">How.</param>
    /// <param name="credentials">For TLS; null as there.</param>
    /// <param name="targetName">Name that the target's certificate must have; null for the one in the URI.</param>
    /// <param name="report">Told how far it is.</param>
    /// <param name="cancel">The agent ends: the move goes on without it.</param>
    public async Task<MigrationOutcome> RunAsync(
        string uri, MigrationPolicy policy, MigrationCredentials? credentials, string? targetName, Action<MigrationProgress> report, CancellationToken cancel)
    {
        try
        {
            await PrepareAsync(policy, credentials, targetName, cancel);
            await monitor.ExecuteAsync("migrate", new JsonObject { ["uri"] = uri }, cancel);
        }
        catch (QmpCommandException error)
        {
            return new MigrationOutcome(false, "Failed", error.Message, await QueryAsync(cancel));
        }

        return await WatchAsync(policy, report, cancel);
    }

    /// <summary>Gives the move up: the machine stays here. Too late once post-copy has begun.</summary>
    public async Task CancelAsync(CancellationToken cancel)
    {
        _isCancelled = true;
        await monitor.ExecuteAsync("migrate_cancel", null, cancel);
    }

    /// <summary>What both ends must agree on.</summary>
    internal static Task SetCapabilitiesAsync(QmpConnection monitor, MigrationPolicy policy, CancellationToken cancel) => monitor.ExecuteAsync(
        "migrate-set-capabilities",
        new JsonObject
        {
            ["capabilities"] = new JsonArray(
                new JsonObject { ["capability"] = "auto-converge", ["state"] = policy.AllowAutoConverge },
                new JsonObject { ["capability"] = "postcopy-ram", ["state"] = policy.AllowPostCopy }),
        },
        cancel);

    private async Task PrepareAsync(MigrationPolicy policy, MigrationCredentials? credentials, string? targetName, CancellationToken cancel)
    {
        await SetCapabilitiesAsync(monitor, policy, cancel);
        var parameters = new JsonObject
        {
            ["downtime-limit"] = (long)policy.MaxDowntime.TotalMilliseconds,
            ["max-bandwidth"] = policy.BandwidthPerMigrationBytes > 0 ? policy.BandwidthPerMigrationBytes : long.MaxValue / 2,
            ["tls-creds"] = credentials is null ? "" : MigrationCredentials.Id,
            ["tls-hostname"] = targetName ?? "",
        };
        if (credentials is not null)
        {
            await TryRemoveAsync(MigrationCredentials.Id, cancel);
            await monitor.ExecuteAsync("object-add", credentials.End(isServer: false), cancel);
        }

        await monitor.ExecuteAsync("migrate-set-parameters", parameters, cancel);
    }

    // Left by an earlier move.
    private async Task TryRemoveAsync(string id, CancellationToken cancel)
    {
        try
        {
            await monitor.ExecuteAsync("object-del", new JsonObject { ["id"] = id }, cancel);
        }
        catch (QmpCommandException)
        {
            // There was none.
        }
    }

    private async Task<MigrationOutcome> WatchAsync(MigrationPolicy policy, Action<MigrationProgress> report, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var (movedAt, moved) = (started, 0L);
        string? givenUp = null;
        while (true)
        {
            var progress = await QueryAsync(cancel);
            report(progress);
            if (progress.IsOver)
            {
                return await ConcludeAsync(progress, givenUp, cancel);
            }

            if (progress.TransferredBytes > moved)
            {
                (movedAt, moved) = (time.GetTimestamp(), progress.TransferredBytes);
            }

            if (givenUp is null && !progress.IsPastReturn)
            {
                givenUp = await HurryAsync(policy, progress, time.GetElapsedTime(started), time.GetElapsedTime(movedAt), cancel);
            }

            await Task.Delay(Interval, time, cancel);
        }
    }

    /// <summary>Begins post-copy, or gives up, where the time is over.</summary>
    /// <returns>Why it was given up; null if it goes on.</returns>
    private async Task<string?> HurryAsync(MigrationPolicy policy, MigrationProgress progress, TimeSpan elapsed, TimeSpan idle, CancellationToken cancel)
    {
        var allowed = policy.CompletionTimeoutPerGibibyte * Math.Max(1, Math.Ceiling(progress.TotalBytes / (double)Gibibyte));
        if (idle > policy.ProgressTimeout)
        {
            await monitor.ExecuteAsync("migrate_cancel", null, cancel);
            return "NoProgress";
        }

        if (elapsed <= allowed)
        {
            return null;
        }

        if (policy.AllowPostCopy)
        {
            await monitor.ExecuteAsync("migrate-start-postcopy", null, cancel);
            return null;
        }

        await monitor.ExecuteAsync("migrate_cancel", null, cancel);
        return "TimedOut";
    }

    private async Task<MigrationOutcome> ConcludeAsync(MigrationProgress progress, string? givenUp, CancellationToken cancel)
    {
        if (progress.Status == "completed")
        {
            return new MigrationOutcome(true, "Completed", FormattableString.Invariant($"{progress.Elapsed.TotalMilliseconds:0} ms in all, {progress.Downtime.TotalMilliseconds:0} ms of standstill"), progress);
        }

        // QEMU goes on by itself where it failed early, and stays stopped where it failed at the very end.
        if ((await monitor.ExecuteAsync("query-status", null, cancel)).GetProperty("status").GetString() is "postmigrate" or "finish-migrate")
        {
            await monitor.ExecuteAsync("cont", null, cancel);
        }

        return givenUp switch
        {
            "NoProgress" => new MigrationOutcome(false, givenUp, "nothing was transferred for too long; the machine stays", progress),
            "TimedOut" => new MigrationOutcome(false, givenUp, "the machine writes its memory faster than it could be transferred in time; it stays", progress),
            _ when _isCancelled => new MigrationOutcome(false, "Cancelled", "it was cancelled; the machine stays", progress),
            _ => new MigrationOutcome(false, "Failed", (progress.Error ?? "the connection to the target was lost") + "; the machine stays", progress),
        };
    }

    private async Task<MigrationProgress> QueryAsync(CancellationToken cancel) => MigrationProgress.Parse(await monitor.ExecuteAsync("query-migrate", null, cancel));
}

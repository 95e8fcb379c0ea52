using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.PrivatePostgres;

/// <summary>A private PostgreSQL under supervision: started, watched, started again when it dies, stopped cleanly at the end.</summary>
public sealed partial class PrivatePostgresServer : IAsyncDisposable
{
    private readonly PrivatePostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly PostgresCluster _cluster;
    private readonly ILogger<PrivatePostgresServer> _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Backoff _backoff;
    private Task _watching = Task.CompletedTask;
    private int _stopped;

    public PrivatePostgresServer(PrivatePostgresOptions options, TimeProvider time, ILoggerFactory logs)
    {
        _options = options;
        _time = time;
        _log = logs.CreateLogger<PrivatePostgresServer>();
        _cluster = new PostgresCluster(options, time, logs.CreateLogger<PostgresCluster>());
        _backoff = new Backoff(
            TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
    }

    /// <summary>Process id of the postmaster, or null while it does not run.</summary>
    public int? ProcessId => _cluster.RunningProcessId;

    /// <summary>Returns once the cluster takes connections, be it new, started or found running.</summary>
    /// <exception cref="PrivatePostgresException">It cannot be run; says what to install or to change.</exception>
    public async Task StartAsync(CancellationToken cancel = default)
    {
        try
        {
            await _cluster.EnsureRunningAsync(cancel);
        }
        catch (NpgsqlException e)
        {
            throw new PrivatePostgresException($"PostgreSQL runs, but cannot be connected to: {e.Message}", e);
        }

        _watching = Task.Run(() => WatchAsync(_stopping.Token), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _watching;
        if (_options.StopsWithStore)
        {
            await _cluster.StopAsync(CancellationToken.None);
        }

        _stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_options.WatchInterval, _time, cancel);
                if (_cluster.RunningProcessId is null)
                {
                    LogDied(_log, _options.DataDirectory);
                    await _cluster.StartAsync(cancel);
                    _backoff.Reset();
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is PrivatePostgresException or IOException or UnauthorizedAccessException)
            {
                // Also while the dead postmaster's children still end.
                LogStartFailed(_log, e);
                await _backoff.PauseAsync(cancel).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL in {Directory} has died; starting it again")]
    private static partial void LogDied(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL could not be started; trying again")]
    private static partial void LogStartFailed(ILogger logger, Exception e);
}

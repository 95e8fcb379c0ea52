using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commit;
using Orchestrator.Store.Compaction;
using Orchestrator.Store.Connections;
using Orchestrator.Store.Explanations;
using Orchestrator.Store.Follow;
using Orchestrator.Store.Schema;

namespace Orchestrator.Store;

/// <summary>The store's parts, put together; their start, their background work and their end.</summary>
internal sealed class StoreParts : IAsyncDisposable
{
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ObjectCache _cache;
    private readonly CommitQueue _queue;
    private readonly Random _jitter;
    private readonly ReplyClock _replies;
    private readonly SchemaMigrator _migrator;
    private readonly PeerListener _peers;
    private readonly BatchCommand _command;
    private readonly GroupCommitter _committer;
    private readonly LogCompactor _compactor;
    private readonly StoreTelemetry _telemetry;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private Task _committing = Task.CompletedTask;
    private Task _background = Task.CompletedTask;
    private volatile bool _isLoaded;

    public StoreParts(StoreOptions options, ObjectCache cache, StoredObjectFactory objects, CommitQueue queue, TimeProvider time, ILoggerFactory logs)
    {
        (_options, _cache, _queue, _time) = (options, cache, queue, time);
        _jitter = new Random(options.JitterSeed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
        _replies = new ReplyClock(time);
        Database = new StoreDatabase(options.ResolveConnectionString(), options.MaxReadConnections);
        var self = Guid.NewGuid();
        Log = new LogReader(Database, objects, _replies);
        Follower = new LogFollower(cache, Log, options, time, _jitter, _replies, logs.CreateLogger<LogFollower>());
        var lease = new LogLease(time);
        HeadSync = new HeadSync(cache, Log, Follower, lease, queue.Wake, options, time);
        Explanations = new ExplanationTable(Database, options);
        _telemetry = new StoreTelemetry(cache, () => Follower.KnownHead - cache.Revision);
        _migrator = new SchemaMigrator(logs.CreateLogger<SchemaMigrator>());
        _peers = new PeerListener(Database, Follower, self, queue.Wake, options, time, _jitter, logs.CreateLogger<PeerListener>());
        _command = new BatchCommand(new WriterSession(Database, self, lease, time), self, _replies, time);
        var publisher = new BatchPublisher(cache, Follower, options, time);
        _committer = new GroupCommitter(
            queue, _command, publisher, () => _peers.HasPeers, options, time, _jitter, _telemetry, logs.CreateLogger<GroupCommitter>());
        _compactor = new LogCompactor(Database, cache, options, time, logs.CreateLogger<LogCompactor>());
    }

    public StoreDatabase Database { get; }

    public LogReader Log { get; }

    public LogFollower Follower { get; }

    public HeadSync HeadSync { get; }

    public ExplanationTable Explanations { get; }

    public StoreHealth Health()
    {
        var problem = _replies.Problem ?? (_isLoaded ? null : "objects are being loaded");
        var revision = _cache.Revision;
        return new(_isLoaded, _replies.Problem is null, _replies.SinceReply.TotalSeconds, revision, Follower.KnownHead - revision, problem);
    }

    public async Task StartAsync(CancellationToken cancel)
    {
        await MigrateAndLoadAsync(cancel);
        _isLoaded = true;
        _committing = Task.Run(() => _committer.RunAsync(_aborting.Token), CancellationToken.None);
        _background = Task.WhenAll(
            UntilStopped(Follower.RunAsync),
            UntilStopped(_peers.RunAsync),
            UntilStopped(_compactor.RunAsync));
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        _aborting.CancelAfter(_options.CommitTimeout);
        await _committing;
        await _stopping.CancelAsync();
        await _background;
        await _command.DisposeAsync();
        await Database.DisposeAsync();
        Follower.Dispose();
        _telemetry.Dispose();
        _stopping.Dispose();
        _aborting.Dispose();
    }

    private async Task MigrateAndLoadAsync(CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        var backoff = new Backoff(_options.MinRetryDelay, _options.MaxRetryDelay, _time, _jitter);
        while (true)
        {
            try
            {
                await _migrator.MigrateAsync(Database.Readers, cancel);
                await Follower.LoadAsync(cancel);
                return;
            }
            catch (Exception e) when (DatabaseErrors.IsTransient(e))
            {
                _replies.NoteFailure(e);
                if (_time.GetElapsedTime(started) > _options.StartTimeout)
                {
                    throw new StoreUnavailableException($"the database did not answer within {_options.StartTimeout.TotalSeconds:0} s: {e.Message}", e);
                }

                await backoff.PauseAsync(cancel);
            }
        }
    }

    private Task UntilStopped(Func<CancellationToken, Task> work) => Task.Run(
        async () =>
        {
            try
            {
                await work(_stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The way out.
            }
        },
        CancellationToken.None);
}

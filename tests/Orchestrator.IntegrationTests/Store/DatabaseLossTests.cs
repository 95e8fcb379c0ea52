using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Store;
using Orchestrator.Store.PrivatePostgres;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using static Orchestrator.IntegrationTests.Store.StoreTestObjects;

namespace Orchestrator.IntegrationTests.Store;

/// <summary>What remains true when the database, or the way to it, is lost in the middle of things.</summary>
public sealed class DatabaseLossTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Killing_Postgres_under_load_loses_and_doubles_no_acknowledged_write()
    {
        using var directory = new TemporaryDirectory();
        await using var server = NewServer(directory);
        await server.StartAsync(TestContext.Current.CancellationToken);
        await using var session = new StoreSession(OptionsOf(directory).ConnectionString);
        var store = await session.OpenAsync(o => o with { CommitTimeout = TimeSpan.FromSeconds(60) });
        var acknowledged = new ConcurrentDictionary<long, string>();
        using var watch = store.Subscribe("configmaps", null, 0);
        using var stop = new CancellationTokenSource();

        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(() => WriteAsync(store, w, acknowledged, stop.Token))).ToArray();
        var killed = 0;
        for (var kills = 1; kills <= 2; kills++)
        {
            var before = acknowledged.Count;
            await Eventually.TrueAsync(() => Task.FromResult(acknowledged.Count > before + 100), "writing");
            await Eventually.TrueAsync(() => Task.FromResult(server.ProcessId is { } now && now != killed), "the database's process");
            killed = server.ProcessId!.Value;
            Process.GetProcessById(killed).Kill();
        }

        var afterwards = acknowledged.Count;
        await Eventually.TrueAsync(() => Task.FromResult(acknowledged.Count > afterwards + 200), "writing after the kills");
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        var restarted = await session.OpenAsync();
        Assert.All(acknowledged, a => Assert.Equal(a.Key, restarted.Get(MapKey(a.Value))?.Revision));
        Assert.Equal(acknowledged.Count, restarted.List("configmaps").Items.Count);
        var seen = await ManyServersTests.CollectAsync(watch, acknowledged.Count);
        Assert.Equal(Enumerable.Range(1, acknowledged.Count).Select(r => (long)r), seen.Select(c => c.Revision));
    }

    [Fact]
    public async Task Cutting_all_connections_again_and_again_loses_and_doubles_no_acknowledged_write()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync(o => o with { CommitTimeout = TimeSpan.FromSeconds(60) });
        var acknowledged = new ConcurrentDictionary<long, string>();
        using var stop = new CancellationTokenSource();

        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(() => WriteAsync(store, w, acknowledged, stop.Token))).ToArray();
        for (var cuts = 0; cuts < 20; cuts++)
        {
            var before = acknowledged.Count;
            await Eventually.TrueAsync(() => Task.FromResult(acknowledged.Count > before), "writing");
            await CutConnectionsAsync(session.ConnectionString);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);

        var restarted = await session.OpenAsync();
        Assert.Equal(acknowledged.Count, restarted.Revision);
        Assert.All(acknowledged, a => Assert.Equal(a.Key, restarted.Get(MapKey(a.Value))?.Revision));
    }

    [Fact]
    public async Task Without_a_database_callers_are_told_in_time_and_the_store_recovers_with_it()
    {
        using var directory = new TemporaryDirectory();
        var server = NewServer(directory);
        await server.StartAsync(TestContext.Current.CancellationToken);
        await using var session = new StoreSession(OptionsOf(directory).ConnectionString);
        var store = await session.OpenAsync(o => o with { CommitTimeout = TimeSpan.FromSeconds(1), PollInterval = TimeSpan.FromMilliseconds(100) });
        await store.CommitAsync(CreateMap("before"));
        await server.DisposeAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(CreateMap("during")));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.SyncAsync());
        await Eventually.TrueAsync(() => Task.FromResult(!store.Current.IsDatabaseReachable), "the health to say so");
        Assert.NotNull(store.Get(MapKey("before")));

        await using var again = NewServer(directory);
        await again.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Task.FromResult(store.Current.IsDatabaseReachable), "the health to recover");
        var after = await store.CommitAsync(CreateMap("after"));
        Assert.Equal(CommitOutcome.Committed, after.Outcome);
    }

    [Fact]
    public async Task A_database_that_went_back_in_time_is_loaded_anew_and_watches_are_ended()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync(o => o with { PollInterval = TimeSpan.FromMilliseconds(100) });
        await store.CommitAsync(CreateMap("kept"));
        await store.CommitAsync(CreateMap("lost"));
        using var watch = store.Subscribe("configmaps", null, 2);

        // As a restored backup would look.
        await ExecuteAsync(session.ConnectionString, "DELETE FROM orchestrator.object WHERE revision > 1; DELETE FROM orchestrator.change WHERE revision > 1; UPDATE orchestrator.head SET revision = 1");
        await Eventually.TrueAsync(() => Task.FromResult(store.Revision == 1), "loading anew");

        Assert.Null(store.Get(MapKey("lost")));
        Assert.NotNull(store.Get(MapKey("kept")));
        await Assert.ThrowsAsync<SubscriptionLaggedException>(async () => await watch.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_schema_of_a_newer_program_is_refused()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        await session.OpenAsync();
        await ExecuteAsync(session.ConnectionString, "INSERT INTO orchestrator.schema_version (version, name) VALUES (9999, 'future')");

        await Assert.ThrowsAsync<Orchestrator.Store.Schema.SchemaTooNewException>(() => session.OpenAsync());
    }

    private static async Task WriteAsync(ObjectStore store, int writer, ConcurrentDictionary<long, string> acknowledged, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var name = $"{writer}-{i}";
            var result = await store.CommitAsync(CreateMap(name), CancellationToken.None);
            Assert.Equal(CommitOutcome.Committed, result.Outcome);
            Assert.True(acknowledged.TryAdd(result.Revision, name));
        }
    }

    private static Task CutConnectionsAsync(string connectionString) => ExecuteAsync(
        connectionString,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static PrivatePostgresOptions OptionsOf(TemporaryDirectory directory) => new() { Directory = Path.Combine(directory.Path, "postgres") };

    private static PrivatePostgresServer NewServer(TemporaryDirectory directory) =>
        new(OptionsOf(directory), TimeProvider.System, NullLoggerFactory.Instance);
}

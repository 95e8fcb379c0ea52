using Npgsql;
using Orchestrator.Store;
using Orchestrator.Store.Commit;
using Orchestrator.Store.Connections;
using Orchestrator.Store.Follow;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using static Orchestrator.IntegrationTests.Store.StoreTestObjects;

namespace Orchestrator.IntegrationTests.Store;

/// <summary>Consistent reads of a server that commits alone, and what becomes of them when others come.</summary>
public sealed class SoleServerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_server_that_is_alone_need_not_ask_the_database_until_it_no_longer_answers()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        await store.CommitAsync(CreateMap("a"));
        await ReadsByLeaseAsync(store);

        // Nothing renews the lease once the database refuses this server.
        await ExecuteAsync(session.ConnectionString, $"ALTER DATABASE \"{DatabaseOf(session)}\" ALLOW_CONNECTIONS false");
        await CutAsync(session.ConnectionString, "datname = '" + DatabaseOf(session) + "'");

        await Eventually.TrueAsync(async () => await FailsAsync(store), "reads to fail");
        await ExecuteAsync(session.ConnectionString, $"ALTER DATABASE \"{DatabaseOf(session)}\" ALLOW_CONNECTIONS true");
        await ReadsByLeaseAsync(store);
    }

    [Fact]
    public async Task Reads_of_the_first_server_see_all_that_a_second_commits()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var one = await session.OpenAsync();
        await one.CommitAsync(CreateMap("a"));
        await ReadsByLeaseAsync(one);

        var other = await session.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            var committed = await other.CommitAsync(CreateMap($"map-{i}"));

            Assert.True(await one.SyncAsync() >= committed.Revision);
            Assert.NotNull(one.Get(MapKey($"map-{i}")));
        }
    }

    [Fact]
    public async Task Nothing_is_committed_while_a_server_that_lost_its_session_may_still_read_by_its_lease()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        await store.DisposeAsync();
        await using var database = new StoreDatabase(session.ConnectionString, maxReadConnections: 1);
        var lease = new LogLease(TimeProvider.System);
        await using var lost = new WriterSession(database, Guid.NewGuid(), lease, TimeProvider.System);
        Assert.True(await lost.RenewAsync(hasPeers: false, CancellationToken.None));
        Assert.True(lease.Covers(0));
        await CutAsync(session.ConnectionString, "application_name = 'orchestrator-writer' AND datname = '" + DatabaseOf(session) + "'");

        var successor = await session.OpenAsync();
        var committed = await successor.CommitAsync(CreateMap("a"));

        Assert.Equal(CommitOutcome.Committed, committed.Outcome);
        Assert.False(lease.Covers(long.MaxValue));
    }

    [Fact]
    public async Task A_server_that_does_not_share_although_asked_is_cut_off()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        await store.DisposeAsync();
        await using var database = new StoreDatabase(session.ConnectionString, maxReadConnections: 1);
        await using var hung = new WriterSession(database, Guid.NewGuid(), new LogLease(TimeProvider.System), TimeProvider.System);
        Assert.True(await hung.RenewAsync(hasPeers: false, CancellationToken.None));

        var other = await session.OpenAsync(o => o with { CommitTimeout = TimeSpan.FromSeconds(30) });

        Assert.Equal(CommitOutcome.Committed, (await other.CommitAsync(CreateMap("a"))).Outcome);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => hung.RenewAsync(hasPeers: false, CancellationToken.None));
    }

    private static Task ReadsByLeaseAsync(ObjectStore store) =>
        Eventually.TrueAsync(() => Task.FromResult(store.SyncAsync().AsTask().IsCompletedSuccessfully), "reads that need not wait");

    private static async Task<bool> FailsAsync(ObjectStore store)
    {
        try
        {
            await store.SyncAsync();
            return false;
        }
        catch (StoreUnavailableException)
        {
            return true;
        }
    }

    private static string DatabaseOf(StoreSession session) => new NpgsqlConnectionStringBuilder(session.ConnectionString).Database!;

    private static Task CutAsync(string connectionString, string which) => ExecuteAsync(
        connectionString, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {which} AND pid <> pg_backend_pid()");

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Database = "postgres" };
        await using var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

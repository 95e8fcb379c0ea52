using Npgsql;
using Orchestrator.Store;
using Orchestrator.Store.Commit;
using Orchestrator.Store.Connections;
using Orchestrator.Store.Follow;
using Orchestrator.Testing.Postgres;
using static Orchestrator.IntegrationTests.Store.StoreTestObjects;

namespace Orchestrator.IntegrationTests.Store;

/// <summary>What the database makes of a batch that is sent again because its reply was lost.</summary>
public sealed class BatchReplayTests(PostgresFixture postgres)
{
    private static readonly StoredObjectFactory Objects = new(Kinds);

    [Fact]
    public async Task A_batch_sent_twice_is_applied_once_and_answered_the_same()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        await using var database = new StoreDatabase(session.ConnectionString, maxReadConnections: 1);
        await using var command = NewCommand(database);
        var batch = Batch(CreateMap("a"), CreateMap("a"), CreateMap("b"));

        var first = await command.ExecuteAsync(batch, sequence: 1, hasPeers: true, CancellationToken.None);
        var again = await command.ExecuteAsync(batch, sequence: 1, hasPeers: true, CancellationToken.None);

        Assert.Equal([1L, 0L, 2L], first.Revisions);
        Assert.Equal(first.Revisions, again.Revisions);
        Assert.Equal(first.Currents, again.Currents);
        Assert.Equal(2, await store.SyncAsync());
    }

    [Fact]
    public async Task A_batch_that_was_given_up_does_not_run_after_a_later_one()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        await using var database = new StoreDatabase(session.ConnectionString, maxReadConnections: 1);
        await using var command = NewCommand(database);
        await command.ExecuteAsync(Batch(CreateMap("later")), sequence: 2, hasPeers: true, CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<PostgresException>(
            () => command.ExecuteAsync(Batch(CreateMap("given-up")), sequence: 1, hasPeers: true, CancellationToken.None));

        Assert.Equal("OR001", refusal.SqlState);
        Assert.Equal(1, await store.SyncAsync());
        Assert.Null(store.Get(MapKey("given-up")));
    }

    private static BatchCommand NewCommand(StoreDatabase database)
    {
        var (self, time) = (Guid.NewGuid(), TimeProvider.System);
        return new BatchCommand(new WriterSession(database, self, new LogLease(time), time), self, new ReplyClock(time), time);
    }

    private static CommitBatch Batch(params Mutation[] mutations)
    {
        var batch = new CommitBatch(maxMutations: 10, maxBytes: 10_000);
        batch.TryAdd(new CommitRequest([.. mutations.Select(m => PreparedMutation.From(m, Objects, maxBodyBytes: 1000))], fence: null));
        return batch;
    }
}

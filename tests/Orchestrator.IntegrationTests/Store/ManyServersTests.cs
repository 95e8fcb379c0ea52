using System.Collections.Concurrent;
using Orchestrator.Store;
using Orchestrator.Testing.Postgres;
using static Orchestrator.IntegrationTests.Store.StoreTestObjects;

namespace Orchestrator.IntegrationTests.Store;

public sealed class ManyServersTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Every_watcher_of_every_server_sees_each_commit_once_in_revision_order()
    {
        const int WritersPerServer = 8;
        const int CommitsPerWriter = 25;
        const int Total = 3 * WritersPerServer * CommitsPerWriter;
        await using var session = await StoreSession.CreateAsync(postgres);
        ObjectStore[] servers = [await session.OpenAsync(), await session.OpenAsync(), await session.OpenAsync()];
        var watches = servers.Select(s => CollectAsync(s.Subscribe("configmaps", "default", 0), Total)).ToArray();
        var committed = new ConcurrentDictionary<long, string>();

        await Task.WhenAll(servers.SelectMany((server, s) => Enumerable.Range(0, WritersPerServer).Select(async w =>
        {
            for (var i = 0; i < CommitsPerWriter; i++)
            {
                var result = await server.CommitAsync(CreateMap($"{s}-{w}-{i}"));
                Assert.Equal(CommitOutcome.Committed, result.Outcome);
                Assert.Equal(result.Object!.Json.ToArray(), server.Get(result.Object.Key)!.Json.ToArray());
                Assert.True(committed.TryAdd(result.Revision, result.Object.Key.Name));
            }
        })));

        foreach (var seen in await Task.WhenAll(watches))
        {
            Assert.Equal(Enumerable.Range(1, Total).Select(r => (long)r), seen.Select(c => c.Revision));
            Assert.All(seen, c => Assert.Equal(committed[c.Revision], c.Object.Key.Name));
        }
    }

    [Fact]
    public async Task A_consistent_read_sees_what_another_server_has_committed()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var (one, other) = (await session.OpenAsync(), await session.OpenAsync());

        for (var i = 0; i < 50; i++)
        {
            var committed = await one.CommitAsync(CreateMap($"map-{i}"));
            var synced = await other.SyncAsync();

            Assert.True(synced >= committed.Revision);
            Assert.NotNull(other.Get(MapKey($"map-{i}")));
        }
    }

    [Fact]
    public async Task Who_loses_against_another_server_finds_the_winner_in_the_cache()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var (one, other) = (await session.OpenAsync(), await session.OpenAsync());
        var first = (await one.CommitAsync(CreateMap("a", "1"))).Object!;
        await other.SyncAsync();
        var second = (await one.CommitAsync(UpdateMap(first, "2"))).Object!;

        var lost = await other.CommitAsync(UpdateMap(first, "3"));

        Assert.Equal(CommitOutcome.Conflict, lost.Outcome);
        Assert.Equal(second.Revision, lost.Object!.Revision);
        Assert.Equal("2", Value(lost.Object));
    }

    [Fact]
    public async Task A_server_that_starts_later_has_all_objects_and_can_resume_watches()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var one = await session.OpenAsync();
        var created = (await one.CommitAsync(CreateMap("a", "1"))).Object!;
        var updated = (await one.CommitAsync(UpdateMap(created, "2"))).Object!;
        var gone = (await one.CommitAsync(CreateMap("b"))).Object!;
        await one.CommitAsync(Delete(gone));

        var later = await session.OpenAsync();
        using var watch = later.Subscribe("configmaps", null, created.Revision);
        var changes = await CollectAsync(watch, 3);

        Assert.Equal(4, later.Revision);
        Assert.Equal(updated.Json.ToArray(), Assert.Single(later.List("configmaps").Items).Json.ToArray());
        Assert.Equal([ChangeType.Updated, ChangeType.Created, ChangeType.Deleted], changes.Select(c => c.Type));
        Assert.Equal("1", Value(changes[0].Previous!));
        Assert.Equal(4, changes[2].Object.Revision);
    }

    [Fact]
    public async Task Only_the_newest_epoch_may_commit()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var (one, other) = (await session.OpenAsync(), await session.OpenAsync());
        var old = new Fence("scheduler", await one.TakeEpochAsync("scheduler"));
        Assert.Equal(CommitOutcome.Committed, (await one.CommitAsync([CreateMap("a")], old))[0].Outcome);

        var next = new Fence("scheduler", await other.TakeEpochAsync("scheduler"));
        var refused = await one.CommitAsync([CreateMap("b"), CreateMap("c")], old);
        var taken = await other.CommitAsync([CreateMap("b")], next);
        var unrelated = await one.CommitAsync([CreateMap("d")], new Fence("other", await one.TakeEpochAsync("other")));

        Assert.All(refused, r => Assert.Equal(CommitOutcome.Fenced, r.Outcome));
        Assert.Equal(CommitOutcome.Committed, taken[0].Outcome);
        Assert.Equal(CommitOutcome.Committed, unrelated[0].Outcome);
    }

    internal static async Task<List<Change>> CollectAsync(IChangeSubscription subscription, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var changes = new List<Change>();
        while (changes.Count < count)
        {
            changes.AddRange(await subscription.ReadAsync(limit.Token));
        }

        return changes;
    }
}

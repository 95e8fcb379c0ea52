using Orchestrator.Store;
using Orchestrator.Testing.Postgres;
using static Orchestrator.IntegrationTests.Store.StoreTestObjects;

namespace Orchestrator.IntegrationTests.Store;

public sealed class WatchTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_watch_from_before_memory_reaches_is_read_from_the_log_and_then_goes_on_live()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync(o => o with { RecentChanges = 4 });
        for (var i = 0; i < 1500; i += 100)
        {
            await store.CommitAsync([.. Enumerable.Range(i, 100).Select(n => CreateMap($"map-{n}"))]);
        }

        using var watch = store.Subscribe("configmaps", "default", 10);
        var before = await ManyServersTests.CollectAsync(watch, 1490);
        await store.CommitAsync(CreateMap("live"));
        var live = await ManyServersTests.CollectAsync(watch, 1);

        Assert.Equal(Enumerable.Range(11, 1490).Select(r => (long)r), before.Select(c => c.Revision));
        Assert.Equal("live", Assert.Single(live).Object.Key.Name);
    }

    [Fact]
    public async Task A_watch_gets_only_its_resource_and_namespace_but_its_revision_moves_on()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        using var watch = store.Subscribe("configmaps", "mine", 0);
        await store.CommitAsync(CreateMap("a", ns: "other"));
        await store.CommitAsync(CreateMap("b", ns: "mine"));
        await store.CommitAsync(CreateMap("c", ns: "other"));

        Assert.Equal(0, watch.Revision);
        var change = Assert.Single(await watch.ReadAsync(TestContext.Current.CancellationToken));

        Assert.Equal("b", change.Object.Key.Name);
        Assert.Equal(3, watch.Revision);
    }

    [Fact]
    public async Task A_reader_that_falls_behind_is_cut_off_and_the_writer_goes_on()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync(o => o with { MaxSubscriptionBacklog = 10 });
        using var watch = store.Subscribe("configmaps", null, 0);

        var results = await store.CommitAsync([.. Enumerable.Range(0, 50).Select(n => CreateMap($"map-{n}"))]);

        Assert.All(results, r => Assert.Equal(CommitOutcome.Committed, r.Outcome));
        Assert.Equal(10, (await watch.ReadAsync(TestContext.Current.CancellationToken)).Count);
        await Assert.ThrowsAsync<SubscriptionLaggedException>(async () => await watch.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(10, watch.Revision);
    }

    [Fact]
    public async Task Compaction_trims_the_log_keeps_all_objects_and_ends_old_watches()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync(o => o with
        {
            CompactionInterval = TimeSpan.FromMilliseconds(100),
            MaxRetainedChanges = 10,
            RecentChanges = 1,
        });
        var present = (await store.CommitAsync(CreateMap("a", "0"))).Object!;
        var untouched = (await store.CommitAsync(CreateMap("b"))).Object!;
        for (var i = 1; i <= 30; i++)
        {
            present = (await store.CommitAsync(UpdateMap(present, $"{i}"))).Object!;
        }

        await Testing.Eventually.TrueAsync(() => Task.FromResult(store.CompactedRevision == 22), "compaction");

        var gone = Assert.Throws<RevisionCompactedException>(() => store.Subscribe("configmaps", null, 21));
        Assert.Equal((21, 22), (gone.Requested, gone.Compacted));
        using var watch = store.Subscribe("configmaps", null, 22);
        Assert.Equal(10, (await ManyServersTests.CollectAsync(watch, 10)).Count);
        var restarted = await session.OpenAsync();
        Assert.Equal([present.Revision, untouched.Revision], restarted.List("configmaps").Items.Select(o => o.Revision));
        Assert.Equal(22, restarted.CompactedRevision);
    }
}

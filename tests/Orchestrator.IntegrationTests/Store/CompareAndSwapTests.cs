using Orchestrator.Store;
using Orchestrator.Testing.Postgres;
using static Orchestrator.IntegrationTests.Store.StoreTestObjects;

namespace Orchestrator.IntegrationTests.Store;

public sealed class CompareAndSwapTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_created_object_is_read_back_with_its_revision_and_bytes()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();

        var result = await store.CommitAsync(CreateMap("a", "1"));

        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        Assert.Equal(1, result.Revision);
        var read = store.Get(MapKey("a"))!;
        Assert.Equal(result.Object, read);
        Assert.Equal(Map("a", read.Uid, "1"), RevisionSplice.Strip(read.Json.Span));
        Assert.Contains("\"metadata\":{\"resourceVersion\":\"1\",", System.Text.Encoding.UTF8.GetString(read.Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_compare_and_swap_says_why_and_takes_no_revision()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        var first = (await store.CommitAsync(CreateMap("a", "1"))).Object!;
        var second = (await store.CommitAsync(UpdateMap(first, "2"))).Object!;

        Assert.Equal(new(CommitOutcome.AlreadyExists, 0, second), await store.CommitAsync(CreateMap("a")));
        Assert.Equal(new(CommitOutcome.Conflict, 0, second), await store.CommitAsync(UpdateMap(first, "3")));
        Assert.Equal(new(CommitOutcome.Conflict, 0, second), await store.CommitAsync(Delete(first)));
        Assert.Equal(new(CommitOutcome.NotFound, 0, null), await store.CommitAsync(new DeleteObject(MapKey("b"), 1)));
        Assert.Equal(2, store.Revision);
    }

    [Fact]
    public async Task A_deletion_returns_the_last_state_at_the_revision_of_the_deletion()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        var created = (await store.CommitAsync(CreateMap("a", "1"))).Object!;

        var deleted = await store.CommitAsync(Delete(created));

        Assert.Equal((CommitOutcome.Committed, 2), (deleted.Outcome, deleted.Revision));
        Assert.Equal("1", Value(deleted.Object!));
        Assert.Equal(2, deleted.Object!.Revision);
        Assert.Null(store.Get(MapKey("a")));
    }

    [Fact]
    public async Task Each_mutation_of_a_call_succeeds_or_fails_by_itself_and_those_of_one_key_act_in_order()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        var a = (await store.CommitAsync(CreateMap("a", "1"))).Object!;

        var results = await store.CommitAsync(
        [
            UpdateMap(a, "2"),
            UpdateMap(a, "lost"),
            CreateMap("b"),
            CreateMap("b"),
            new DeleteObject(MapKey("missing"), 1),
        ]);

        Assert.Equal(
            [CommitOutcome.Committed, CommitOutcome.Conflict, CommitOutcome.Committed, CommitOutcome.AlreadyExists, CommitOutcome.NotFound],
            results.Select(r => r.Outcome));
        Assert.Equal("2", Value(store.Get(MapKey("a"))!));
        Assert.Equal(3, store.Revision);
    }

    [Fact]
    public async Task A_mutation_that_needs_the_one_before_it_is_skipped_where_that_one_fails()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        var charge = (await store.CommitAsync(CreateMap("charge", "0"))).Object!;

        var paid = await store.CommitAsync([UpdateMap(charge, "1"), CreateMap("a") with { Needs = 0 }]);
        var unpaid = await store.CommitAsync(
            [UpdateMap(charge, "2"), CreateMap("b") with { Needs = 0 }, CreateMap("c") with { Needs = 1 }, CreateMap("d")]);
        var spent = await store.CommitAsync([UpdateMap(paid[0].Object!, "2"), CreateMap("a") with { Needs = 0 }]);

        Assert.Equal([CommitOutcome.Committed, CommitOutcome.Committed], paid.Select(r => r.Outcome));
        Assert.Equal([CommitOutcome.Conflict, CommitOutcome.Skipped, CommitOutcome.Skipped, CommitOutcome.Committed], unpaid.Select(r => r.Outcome));
        Assert.Equal([CommitOutcome.Committed, CommitOutcome.AlreadyExists], spent.Select(r => r.Outcome));
        Assert.Null(store.Get(MapKey("b")));
        Assert.Equal("2", Value(store.Get(MapKey("charge"))!));
    }

    [Fact]
    public async Task Of_many_pairs_that_race_each_commits_whole_or_not_at_all()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var stores = new[] { await session.OpenAsync(), await session.OpenAsync() };
        await stores[0].CommitAsync(CreateMap("charge", "0"));

        async Task<bool> PayAsync(int i)
        {
            var store = stores[i % 2];
            await store.SyncAsync();
            var charge = store.Get(MapKey("charge"))!;
            var next = (int.Parse(Value(charge), System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var results = await store.CommitAsync([UpdateMap(charge, next), CreateMap($"paid-{i}") with { Needs = 0 }]);
            return results.All(r => r.Outcome == CommitOutcome.Committed);
        }

        var paid = await Task.WhenAll(Enumerable.Range(0, 100).Select(PayAsync));

        await stores[0].SyncAsync();
        Assert.Equal(paid.Count(p => p), int.Parse(Value(stores[0].Get(MapKey("charge"))!), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(paid.Count(p => p), stores[0].List("configmaps").Items.Count - 1);
    }

    [Fact]
    public async Task An_object_can_be_deleted_and_created_anew_in_one_call()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        var old = (await store.CommitAsync(CreateMap("a", "old"))).Object!;

        var results = await store.CommitAsync([Delete(old), CreateMap("a", "new")]);

        Assert.All(results, r => Assert.Equal(CommitOutcome.Committed, r.Outcome));
        Assert.Equal([2L, 3L], results.Select(r => r.Revision));
        Assert.Equal("new", Value(store.Get(MapKey("a"))!));
    }

    [Fact]
    public async Task Of_many_writers_of_one_object_exactly_one_wins_each_revision()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        var first = (await store.CommitAsync(CreateMap("a", "0"))).Object!;

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => store.CommitAsync(UpdateMap(first, $"{i}")).AsTask()));

        Assert.Single(results, r => r.Outcome == CommitOutcome.Committed);
        Assert.Equal(49, results.Count(r => r.Outcome == CommitOutcome.Conflict));
    }

    [Theory]
    [InlineData("""{"metadata":{"uid":"u"}""", "JSON")]
    [InlineData("""{"kind":"ConfigMap"}""", "metadata")]
    [InlineData("""{"metadata":{"uid":"u","resourceVersion":"1"}}""", "metadata.resourceVersion")]
    [InlineData("""{"metadata":{"uid":"other"}}""", "metadata.uid")]
    public async Task A_body_that_cannot_be_stored_is_refused_before_it_reaches_the_database(string body, string named)
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();

        var refusal = await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await store.CommitAsync(new CreateObject(MapKey("a"), "u", System.Text.Encoding.UTF8.GetBytes(body))));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }
}

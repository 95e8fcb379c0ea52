using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Store.Commit;

namespace Orchestrator.UnitTests.Store;

public sealed class CommitBatchTests
{
    [Fact]
    public void Mutations_of_one_key_go_into_successive_rounds()
    {
        var batch = new CommitBatch(maxMutations: 10, maxBytes: 1000);

        Assert.True(batch.TryAdd(Request("a", "b", "a")));
        Assert.True(batch.TryAdd(Request("b", "c")));

        Assert.Equal([0, 0, 1, 1, 0], batch.Rounds.Select(r => (int)r));
        Assert.Equal(2, batch.RoundCount);
    }

    [Fact]
    public void Limits_hold_except_for_a_request_that_alone_exceeds_them()
    {
        var batch = new CommitBatch(maxMutations: 2, maxBytes: 10);

        Assert.True(batch.TryAdd(Request("a", "b", "c")));
        Assert.False(batch.TryAdd(Request("d")));

        batch.Clear();
        Assert.True(batch.TryAdd(new CommitRequest([Mutation("a", 6)], null)));
        Assert.False(batch.TryAdd(new CommitRequest([Mutation("b", 5)], null)));
        Assert.True(batch.TryAdd(new CommitRequest([Mutation("b", 4)], null)));
    }

    [Fact]
    public void Who_fights_over_a_key_for_too_many_rounds_waits_for_the_next_batch()
    {
        var batch = new CommitBatch(maxMutations: 100, maxBytes: 1000);

        var taken = Enumerable.Range(0, 20).Count(_ => batch.TryAdd(Request("a")));

        Assert.Equal(8, taken);
        Assert.True(batch.TryAdd(Request("b")));
    }

    [Fact]
    public void Each_fence_is_sent_once()
    {
        var batch = new CommitBatch(maxMutations: 10, maxBytes: 1000);
        batch.TryAdd(Request("a"));
        batch.TryAdd(new CommitRequest([Mutation("b", 0)], new Fence("f", 1)));
        batch.TryAdd(new CommitRequest([Mutation("c", 0)], new Fence("g", 1)));
        batch.TryAdd(new CommitRequest([Mutation("d", 0)], new Fence("f", 1)));

        Assert.Equal([0, 1, 2, 1], batch.FenceIndexes.Select(i => (int)i));
        Assert.Equal([new("f", 1), new("g", 1)], batch.Fences);
    }

    private static CommitRequest Request(params string[] names) => new([.. names.Select(n => Mutation(n, 0))], null);

    private static PreparedMutation Mutation(string name, int bytes) =>
        new(ChangeType.Created, new ObjectKey("pods", "ns", name), 0, "u", new byte[bytes], null);
}

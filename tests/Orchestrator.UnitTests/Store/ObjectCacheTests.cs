using System.Text;
using CsCheck;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Store.Cache;

namespace Orchestrator.UnitTests.Store;

public sealed class ObjectCacheTests
{
    [Fact]
    public void Lists_and_indexes_agree_with_a_plain_dictionary_after_any_changes() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 30], Gen.Int[0, 3], Gen.Bool).List[0, 200].Sample(steps =>
        {
            var cache = NewCache();
            var model = new Dictionary<ObjectKey, StoredObject>();
            foreach (var (ns, name, node, remove) in steps)
            {
                var key = new ObjectKey("pods", $"ns{ns}", $"pod{name}");
                var exists = model.TryGetValue(key, out var previous);
                var revision = cache.Revision + 1;
                if (remove && exists)
                {
                    Assert.True(cache.TryApply([new LogEntry(revision, ChangeType.Deleted, key, null)]));
                    model.Remove(key);
                }
                else
                {
                    model[key] = Pod(key, revision, $"node{node}");
                    Assert.True(cache.TryApply([new LogEntry(revision, exists ? ChangeType.Updated : ChangeType.Created, key, model[key])]));
                }

                // Asked for now and then, so that lists are made of few changes and of many.
                if (name % 7 == 0)
                {
                    AssertSame(cache, model);
                }
            }

            AssertSame(cache, model);
        });

    [Fact]
    public void A_list_is_a_snapshot()
    {
        var cache = NewCache();
        cache.TryApply([Created(1, "a")]);
        var before = cache.List("pods", null);
        cache.TryApply([Created(2, "b")]);

        Assert.Equal((1, 1), (before.Revision, before.Items.Count));
        Assert.Equal((2, 2), (cache.Revision, cache.List("pods", null).Items.Count));
    }

    [Fact]
    public void Known_entries_are_passed_over_and_gaps_are_refused()
    {
        var cache = NewCache();
        Assert.True(cache.TryApply([Created(1, "a"), Created(2, "b")]));
        Assert.True(cache.TryApply([Created(1, "a"), Created(2, "b"), Created(3, "c")]));
        Assert.False(cache.TryApply([Created(5, "e")]));

        Assert.Equal(3, cache.Revision);
        Assert.Null(cache.Get(new ObjectKey("pods", "ns", "e")));
    }

    [Fact]
    public void An_entry_that_does_not_fit_the_state_is_a_discontinuity()
    {
        var cache = NewCache();

        Assert.Throws<LogDiscontinuityException>(() => cache.TryApply([new(1, ChangeType.Deleted, new ObjectKey("pods", "ns", "a"), null)]));
        Assert.Equal(0, cache.Revision);
    }

    [Fact]
    public async Task Waiters_are_released_at_their_revision()
    {
        var cache = NewCache();
        var second = cache.WaitForAsync(2, CancellationToken.None).AsTask();
        using var leaving = new CancellationTokenSource();
        var left = cache.WaitForAsync(long.MaxValue, leaving.Token).AsTask();

        cache.TryApply([Created(1, "a")]);
        Assert.False(second.IsCompleted);
        cache.TryApply([Created(2, "b")]);
        await second;
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
    }

    [Fact]
    public void Objects_are_found_by_any_of_their_owners()
    {
        var cache = NewCache();
        var owned = Pod(new("pods", "ns", "a"), 1, "n") with { OwnerUids = ["o1", "o2"] };
        cache.TryApply([new(1, ChangeType.Created, owned.Key, owned)]);
        var released = owned with { Revision = 2, OwnerUids = ["o2"] };
        cache.TryApply([new(2, ChangeType.Updated, owned.Key, released)]);

        Assert.Empty(cache.ListByOwner("o1").Items);
        Assert.Equal(released, Assert.Single(cache.ListByOwner("o2").Items));
    }

    [Theory]
    [InlineData(3, long.MaxValue, 7)]
    [InlineData(100, 1000, 0)]
    [InlineData(100, 100, 8)]
    public void Recent_changes_are_bounded_by_number_and_bytes(int maxCount, long maxBytes, long reachesBackTo)
    {
        var recent = new RecentChanges(maxCount, maxBytes);
        recent.Restart(0);
        for (var revision = 1; revision <= 10; revision++)
        {
            recent.Add(new(revision, ChangeType.Created, Pod(new("pods", "ns", $"{revision}"), revision, "n") with { Json = new byte[50] }, null));
        }

        Assert.Equal(reachesBackTo, recent.ReachesBackTo);
        Assert.Equal(Enumerable.Range(9, 2).Select(r => (long)r), recent.After(8).Select(c => c.Revision));
    }

    private static void AssertSame(ObjectCache cache, Dictionary<ObjectKey, StoredObject> model)
    {
        var ordered = model.Values.OrderBy(o => o.Key.Namespace, StringComparer.Ordinal).ThenBy(o => o.Key.Name, StringComparer.Ordinal).ToList();
        Assert.Equal(ordered, cache.List("pods", null).Items);
        Assert.Equal(ordered.Where(o => o.Key.Namespace == "ns1"), cache.List("pods", "ns1").Items);
        foreach (var node in Enumerable.Range(0, 4).Select(n => $"node{n}"))
        {
            Assert.Equal(
                ordered.Where(o => o.Fields["spec.nodeName"] == node).ToHashSet(),
                cache.ListByField("pods", "spec.nodeName", node).Items.ToHashSet());
        }
    }

    private static LogEntry Created(long revision, string name)
    {
        var pod = Pod(new ObjectKey("pods", "ns", name), revision, "node");
        return new(revision, ChangeType.Created, pod.Key, pod);
    }

    private static StoredObject Pod(ObjectKey key, long revision, string node) => new()
    {
        Key = key,
        Uid = key.Name,
        Revision = revision,
        Json = Encoding.UTF8.GetBytes($$$"""{"metadata":{"resourceVersion":"{{{revision}}}"}}"""),
        Labels = FlatMap.Empty,
        Fields = FlatMap.From([new("spec.nodeName", node)]),
        OwnerUids = [],
        IsTerminating = false,
    };

    private static ObjectCache NewCache() => new(maxRecentChanges: 100, maxRecentBytes: 1_000_000);
}

using Orchestrator.Api.Flow;

namespace Orchestrator.UnitTests.Api.Flow;

public sealed class FairQueueTests
{
    [Fact]
    public async Task A_seat_that_is_freed_goes_to_whoever_has_waited_least_for_others()
    {
        var queue = new FairQueue(seats: 1, maxPerFlow: 10, maxWaiting: 100);
        var holder = queue.TryTake(1)!;
        Assert.Null(queue.TryTake(1));
        var greedy = Enumerable.Range(0, 3).Select(_ => Wait(queue, "greedy")).ToList();
        var modest = Wait(queue, "modest");

        holder.Dispose();
        var first = await greedy[0];
        Assert.False(modest.IsCompleted);
        first.Dispose();
        var second = await modest;
        Assert.False(greedy[1].IsCompleted);
        second.Dispose();
        (await greedy[1]).Dispose();
        (await greedy[2]).Dispose();
        Assert.Equal((0, 0), (queue.Taken, queue.Waiting));
    }

    [Fact]
    public async Task Wide_requests_take_as_many_seats_and_come_round_less_often()
    {
        var queue = new FairQueue(seats: 2, maxPerFlow: 10, maxWaiting: 100);
        var holder = queue.TryTake(2)!;
        var wide = Enumerable.Range(0, 2).Select(_ => Wait(queue, "lists", width: 2)).ToList();
        var narrow = Enumerable.Range(0, 3).Select(_ => Wait(queue, "gets")).ToList();

        holder.Dispose();
        var first = await wide[0];
        Assert.Equal(2, queue.Taken);
        first.Dispose();

        // One turn is not enough for two seats, so two narrow ones go before the next wide one.
        using (await narrow[0])
        using (await narrow[1])
        {
            Assert.False(wide[1].IsCompleted);
        }

        (await wide[1]).Dispose();
        (await narrow[2]).Dispose();
    }

    [Fact]
    public void Queues_are_bounded_for_each_flow_and_in_all()
    {
        var queue = new FairQueue(seats: 1, maxPerFlow: 2, maxWaiting: 3);
        using var holder = queue.TryTake(1);

        Assert.True(queue.TryWait("a", 1, out _, TestContext.Current.CancellationToken));
        Assert.True(queue.TryWait("a", 1, out _, TestContext.Current.CancellationToken));
        Assert.False(queue.TryWait("a", 1, out _, TestContext.Current.CancellationToken));
        Assert.True(queue.TryWait("b", 1, out _, TestContext.Current.CancellationToken));
        Assert.False(queue.TryWait("c", 1, out _, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_queue_and_holds_nothing()
    {
        var queue = new FairQueue(seats: 1, maxPerFlow: 2, maxWaiting: 3);
        var holder = queue.TryTake(1)!;
        using var cancel = new CancellationTokenSource();
        var gone = Wait(queue, "a", cancel: cancel.Token);
        var next = Wait(queue, "a");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        holder.Dispose();
        holder.Dispose();
        (await next).Dispose();
        Assert.Equal((0, 0), (queue.Taken, queue.Waiting));
    }

    [Fact]
    public async Task Whatever_comes_and_goes_seats_are_never_given_twice_or_lost()
    {
        const int Seats = 7;
        var queue = new FairQueue(Seats, maxPerFlow: 1000, maxWaiting: 10_000);
        var inside = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, cancel) =>
        {
            var width = 1 + (i % 3);
            using var patience = new CancellationTokenSource();
            var waiting = queue.TryTake(width) is { } seat ? Task.FromResult(seat) : Wait(queue, $"user-{i % 5}", width, patience.Token);
            if (i % 11 == 0)
            {
                await patience.CancelAsync();
            }

            try
            {
                using var held = await waiting;
                Assert.InRange(Interlocked.Add(ref inside, width), 1, Seats);
                await Task.Yield();
                Interlocked.Add(ref inside, -width);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                // It gave up.
            }
        });

        Assert.Equal((0, 0), (queue.Taken, queue.Waiting));
    }

    private static Task<FlowSeat> Wait(FairQueue queue, string flow, int width = 1, CancellationToken? cancel = null)
    {
        Assert.True(queue.TryWait(flow, width, out var seat, cancel ?? TestContext.Current.CancellationToken));
        return seat;
    }
}

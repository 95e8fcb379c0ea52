using Orchestrator.Scheduling.Queueing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.UnitTests.Scheduling;

public sealed class SchedulingQueueTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly SchedulingQueue _queue = new();

    [Fact]
    public void Gives_out_by_priority_and_among_equals_by_arrival()
    {
        Add("first", 0);
        Add("second", 0);
        Add("urgent", 10);

        Assert.Equal(["urgent", "first", "second", null], [Take(), Take(), Take(), Take()]);
    }

    [Fact]
    public void A_pod_that_changes_while_it_waits_keeps_its_place()
    {
        Add("first", 0);
        Add("second", 0);
        Add("first", 0);

        Assert.Equal(["first", "second", null], [Take(), Take(), Take()]);
    }

    [Fact]
    public void A_pod_that_fits_nowhere_waits_for_a_change_that_concerns_it()
    {
        Add("pod", 0);
        Take();
        _queue.ReturnUnschedulable("pod", rejectedBy: 0b10, Start);
        DateTimeOffset later = Start.AddMinutes(1);

        _queue.WakeRejectedBy(0b01, later);
        Assert.Null(Take(later));

        _queue.WakeRejectedBy(0b11, later);
        Assert.Equal("pod", Take(later));
    }

    [Fact]
    public void A_pod_that_fits_nowhere_is_tried_again_when_its_demands_change_but_not_when_its_labels_do()
    {
        Add("pod", 0);
        Take();
        _queue.ReturnUnschedulable("pod", rejectedBy: 1, Start);

        Add("pod", 0, demandsChanged: false);
        Assert.Null(Take());

        Add("pod", 0, demandsChanged: true);
        Assert.Equal("pod", Take());
    }

    [Fact]
    public void Backoff_doubles_up_to_its_limit()
    {
        Add("pod", 0);
        DateTimeOffset now = Start;
        var waits = new List<double>();
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal("pod", Take(now));
            _queue.ReturnToBackoff("pod", now);
            Assert.Null(Take(now));
            waits.Add((_queue.NextReady!.Value - now).TotalSeconds);
            now = _queue.NextReady.Value;
        }

        Assert.Equal([1, 2, 4, 8, 10, 10], waits);
    }

    [Fact]
    public void A_pod_woken_during_its_backoff_waits_for_the_rest_of_it()
    {
        Add("pod", 0);
        Take();
        _queue.ReturnUnschedulable("pod", rejectedBy: 1, Start);

        _queue.WakeAll(Start.AddMilliseconds(10));

        Assert.Null(Take(Start.AddMilliseconds(20)));
        Assert.Equal("pod", Take(Start.AddSeconds(1)));
    }

    [Fact]
    public void A_pod_removed_while_it_is_bound_does_not_come_back()
    {
        Add("pod", 0);
        Take();
        _queue.Remove("pod");

        _queue.ReturnToReady("pod", Start);
        _queue.ReturnToBackoff("pod", Start);

        Assert.Equal(0, _queue.Count);
        Assert.Null(Take(Start.AddHours(1)));
    }

    private void Add(string name, int priority, bool demandsChanged = false) => _queue.Set(
        new PendingPod(new PodFacts(name, "default", name, priority, "s", "", false, false, false, "", null), 1), Start, demandsChanged);

    private string? Take(DateTimeOffset? now = null) => _queue.Take(now ?? Start)?.Facts.Name;
}

using CsCheck;
using Orchestrator.Scheduling.Queueing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>Nobody starves: pods that never fit, however important and however often they are woken, keep those that fit waiting for a bounded time only.</summary>
public sealed class QueueFairnessProperties
{
    private static readonly Gen<(int Priority, bool Fits)[]> GenPods = Gen.Select(Gen.Int[0, 3], Gen.Bool).Array[1, 30];

    [Fact]
    public void Each_pod_is_given_out_once_before_any_is_given_out_again() => GenPods.Sample(pods =>
    {
        SchedulingQueue queue = Fill(pods);
        var given = new List<string>();
        while (queue.Take(DateTimeOffset.UnixEpoch) is { } pod)
        {
            given.Add(pod.Facts.Uid);
            Assert.True(given.Count <= pods.Length);
            Answer(queue, pod, pods, DateTimeOffset.UnixEpoch);
        }

        IEnumerable<string> wanted = pods.Index().OrderByDescending(p => p.Item.Priority).ThenBy(p => p.Index).Select(p => $"{p.Index}");
        Assert.Equal(wanted, given);
    });

    [Fact]
    public void Those_that_fit_come_to_their_turn_whoever_is_woken_before_them() => GenPods.Sample(pods =>
    {
        SchedulingQueue queue = Fill(pods);
        int waiting = pods.Count(p => p.Fits);
        int hopeless = pods.Length - waiting;

        // At 10 ms a decision each of the hopeless takes at most one of a hundred.
        double limit = (pods.Length + hopeless) / (1 - (0.01 * hopeless));
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        for (int taken = 0; waiting > 0; now += TimeSpan.FromMilliseconds(10))
        {
            if (queue.Take(now) is not { } pod)
            {
                continue;
            }

            Assert.True(++taken <= limit, $"{waiting} still wait after {taken} decisions");
            waiting -= Answer(queue, pod, pods, now) ? 1 : 0;
        }
    });

    private static SchedulingQueue Fill((int Priority, bool Fits)[] pods)
    {
        var queue = new SchedulingQueue();
        foreach ((int i, (int priority, _)) in pods.Index())
        {
            queue.Set(new PendingPod(new PodFacts($"{i}", "default", $"{i}", priority, "s", "", false, false, false, "", null), 1), DateTimeOffset.UnixEpoch, false);
        }

        return queue;
    }

    // What fits is bound; what does not is woken at once by something that might have helped it.
    private static bool Answer(SchedulingQueue queue, PendingPod pod, (int Priority, bool Fits)[] pods, DateTimeOffset now)
    {
        bool fits = pods[int.Parse(pod.Facts.Uid, System.Globalization.CultureInfo.InvariantCulture)].Fits;
        if (fits)
        {
            queue.Remove(pod.Facts.Uid);
        }
        else
        {
            queue.ReturnUnschedulable(pod.Facts.Uid, 1, now);
        }

        queue.WakeAll(now);
        return fits;
    }
}

namespace Orchestrator.Scheduling.Queueing;

/// <summary>
/// The pods that wait: ready ones by priority, then arrival; those whose last attempt failed for a while; and those that fit nowhere, which
/// wait until something changes that may help them. Keyed by uid: a pod is in one place at a time. No clock: the time is passed in.
/// </summary>
public sealed class SchedulingQueue
{
    /// <summary>Back-off after the first failed attempt; doubles up to <see cref="LongestBackoff"/>.</summary>
    public static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, PendingPod> _pods = new(StringComparer.Ordinal);
    private readonly SortedSet<PendingPod> _ready = new(Comparer<PendingPod>.Create(ByPriorityThenArrival));
    private readonly SortedSet<PendingPod> _backingOff = new(Comparer<PendingPod>.Create(ByTimeThenArrival));
    private readonly SortedSet<PendingPod> _unschedulable = new(Comparer<PendingPod>.Create((a, b) => a.Arrival.CompareTo(b.Arrival)));
    private long _arrivals;

    /// <summary>All pods that wait, including those being bound.</summary>
    public int Count => _pods.Count;

    public int ReadyCount => _ready.Count;

    public int BackingOffCount => _backingOff.Count;

    public int UnschedulableCount => _unschedulable.Count;

    /// <summary>When the next pod that backs off is ready, or null.</summary>
    public DateTimeOffset? NextReady => _backingOff.Min?.NotBefore;

    public PendingPod? Find(string uid) => _pods.GetValueOrDefault(uid);

    /// <summary>
    /// Adds the pod or replaces what is known of it. A pod that fits nowhere is tried again where <paramref name="demandsChanged"/>;
    /// one that is being bound, or backs off, keeps its place.
    /// </summary>
    public void Set(PendingPod pod, DateTimeOffset now, bool demandsChanged)
    {
        ArgumentNullException.ThrowIfNull(pod);
        if (!_pods.TryGetValue(pod.Facts.Uid, out PendingPod? old))
        {
            pod.Arrival = ++_arrivals;
            pod.Since = now;
            _pods.Add(pod.Facts.Uid, pod);
            Put(pod, QueuePlace.Ready);
            return;
        }

        Leave(old);
        pod.Arrival = old.Arrival;
        pod.Since = old.Since;
        pod.Attempts = old.Attempts;
        pod.NotBefore = old.NotBefore;
        pod.RejectedBy = old.RejectedBy;
        _pods[pod.Facts.Uid] = pod;
        Put(pod, old.Place == QueuePlace.Unschedulable && demandsChanged ? QueuePlace.Ready : old.Place);
    }

    public void Remove(string uid)
    {
        if (_pods.Remove(uid, out PendingPod? pod))
        {
            Leave(pod);
        }
    }

    /// <summary>Takes the next ready pod, or null. It stays known, as being bound, until it is removed, or returned by one of the methods below.</summary>
    public PendingPod? Take(DateTimeOffset now)
    {
        while (_backingOff.Min is { } due && due.NotBefore <= now)
        {
            Leave(due);
            Put(due, QueuePlace.Ready);
        }

        PendingPod? next = _ready.Min;
        if (next is not null)
        {
            Leave(next);
            Put(next, QueuePlace.Taken);
        }

        return next;
    }

    /// <summary>The pod fits nowhere: it waits for a change that concerns one of the filters in <paramref name="rejectedBy"/>.</summary>
    public void ReturnUnschedulable(string uid, int rejectedBy, DateTimeOffset now)
    {
        if (Return(uid, now) is { } pod)
        {
            pod.RejectedBy = rejectedBy;
            Put(pod, QueuePlace.Unschedulable);
        }
    }

    /// <summary>The pod fits after all: it is being bound, as if it had just been taken.</summary>
    public void Retake(string uid)
    {
        if (_pods.TryGetValue(uid, out PendingPod? pod))
        {
            Leave(pod);
            Put(pod, QueuePlace.Taken);
        }
    }

    /// <summary>The attempt lost a race: it is tried again at once.</summary>
    public void ReturnToReady(string uid, DateTimeOffset now)
    {
        if (Return(uid, now) is { } pod)
        {
            Put(pod, QueuePlace.Ready);
        }
    }

    /// <summary>The attempt failed for a reason that is not the pod's placement: it is tried again after its back-off.</summary>
    public void ReturnToBackoff(string uid, DateTimeOffset now)
    {
        if (Return(uid, now) is { } pod)
        {
            Put(pod, QueuePlace.BackingOff);
        }
    }

    /// <summary>Something changed that may help pods rejected by these filters: they are tried again, not before their back-off.</summary>
    /// <param name="filters">Bits of the filters that the change concerns.</param>
    /// <param name="now">The time.</param>
    /// <param name="mayHelp">Asked for a pod, with the bits of the filters that rejected it, whether the change may help it; null for all.</param>
    public void WakeRejectedBy(int filters, DateTimeOffset now, Func<PendingPod, int, bool>? mayHelp = null)
    {
        if (_unschedulable.Count == 0)
        {
            return;
        }

        foreach (PendingPod pod in _unschedulable.Where(p => (p.RejectedBy & filters) != 0 && mayHelp?.Invoke(p, p.RejectedBy) != false).ToArray())
        {
            Leave(pod);
            Put(pod, pod.NotBefore <= now ? QueuePlace.Ready : QueuePlace.BackingOff);
        }
    }

    /// <summary>Tries all pods again that fit nowhere, whatever their reason.</summary>
    public void WakeAll(DateTimeOffset now)
    {
        foreach (PendingPod pod in _unschedulable.ToArray())
        {
            Leave(pod);
            Put(pod, pod.NotBefore <= now ? QueuePlace.Ready : QueuePlace.BackingOff);
        }
    }

    private PendingPod? Return(string uid, DateTimeOffset now)
    {
        if (!_pods.TryGetValue(uid, out PendingPod? pod) || pod.Place != QueuePlace.Taken)
        {
            return null;
        }

        TimeSpan backoff = FirstBackoff * Math.Pow(2, Math.Min(pod.Attempts, 10));
        pod.NotBefore = now + (backoff < LongestBackoff ? backoff : LongestBackoff);
        pod.Attempts++;
        return pod;
    }

    private void Put(PendingPod pod, QueuePlace place)
    {
        pod.Place = place;
        SetOf(place)?.Add(pod);
    }

    private void Leave(PendingPod pod) => SetOf(pod.Place)?.Remove(pod);

    private SortedSet<PendingPod>? SetOf(QueuePlace place) => place switch
    {
        QueuePlace.Ready => _ready,
        QueuePlace.BackingOff => _backingOff,
        QueuePlace.Unschedulable => _unschedulable,
        _ => null,
    };

    private static int ByPriorityThenArrival(PendingPod a, PendingPod b)
    {
        int byPriority = b.Facts.Priority.CompareTo(a.Facts.Priority);
        return byPriority != 0 ? byPriority : a.Arrival.CompareTo(b.Arrival);
    }

    private static int ByTimeThenArrival(PendingPod a, PendingPod b)
    {
        int byTime = a.NotBefore.CompareTo(b.NotBefore);
        return byTime != 0 ? byTime : a.Arrival.CompareTo(b.Arrival);
    }
}

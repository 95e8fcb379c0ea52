using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Jobs;

/// <summary>
/// Counts each ended pod once, whatever fails in between. A pod carries a finalizer until it is counted. It is first noted by uid in
/// <c>status.uncountedTerminatedPods</c>, in one transaction with which its finalizer is taken off; once the finalizer is seen to be gone it moves from the note
/// into the count. A pod noted whose finalizer is still there is not noted again. Successes by index need no note: an index is in the set or not.
/// </summary>
internal sealed class JobCount
{
    private readonly HashSet<string> _notedSucceeded;
    private readonly HashSet<string> _notedFailed;

    private JobCount(JobView view)
    {
        JsonObject? uncounted = view.Status.Child("uncountedTerminatedPods");
        _notedSucceeded = [.. uncounted.Texts("succeeded")];
        _notedFailed = [.. uncounted.Texts("failed")];
        Succeeded = view.Status.Integer("succeeded") ?? 0;
        Failed = view.Status.Integer("failed") ?? 0;
    }

    /// <summary>Counted and noted.</summary>
    public long TotalSucceeded => Succeeded + _notedSucceeded.Count;

    public long TotalFailed => Failed + _notedFailed.Count;

    public IndexSet CompletedIndexes { get; private set; } = IndexSet.Empty;

    /// <summary>Pods that failed and had not been noted before this plan, without those that a policy ignores.</summary>
    public List<JobPod> NewlyFailed { get; } = [];

    /// <summary>Pods whose finalizers come off with this plan.</summary>
    public List<JobPod> Released { get; } = [];

    /// <summary>True while something is noted.</summary>
    public bool IsPending => _notedSucceeded.Count > 0 || _notedFailed.Count > 0;

    private long Succeeded { get; set; }

    private long Failed { get; set; }

    public static JobCount Of(JobView view, Func<JobPod, bool> isIgnored)
    {
        var count = new JobCount(view);
        Dictionary<string, JobPod> held = view.Pods.Where(p => p.HasFinalizer).ToDictionary(p => p.Stored.Uid, StringComparer.Ordinal);
        count.Succeeded += count._notedSucceeded.RemoveWhere(uid => !held.ContainsKey(uid));
        count.Failed += count._notedFailed.RemoveWhere(uid => !held.ContainsKey(uid));
        count.CompletedIndexes = view.IsIndexed
            ? view.Indexes("completedIndexes").Below(view.Completions ?? 0)
                .With(held.Values.Where(p => p.HasSucceeded && !count._notedFailed.Contains(p.Stored.Uid) && p.Index >= 0 && p.Index < view.Completions).Select(p => p.Index))
            : IndexSet.Empty;
        foreach (JobPod pod in held.Values)
        {
            count.Note(view, pod, isIgnored);
        }

        if (view.IsIndexed)
        {
            count.Succeeded = count.CompletedIndexes.Count;
        }

        return count;
    }

    /// <summary>Takes the finalizers off.</summary>
    public IEnumerable<Mutation> Releases(IReadOnlySet<JobPod> otherwiseWritten) =>
        Released.Where(p => !otherwiseWritten.Contains(p)).Select(p => Finalizers.Remove(p.Stored, JobIdentity.TrackingFinalizer, PodDeletion.Instance));

    public void Write(JobView view)
    {
        view.Status.Remove("uncountedTerminatedPods");
        view.Status["uncountedTerminatedPods"] = Uncounted();
        Set(view.Status, "succeeded", Succeeded);
        Set(view.Status, "failed", Failed);
        if (view.IsIndexed)
        {
            SetText(view.Status, "completedIndexes", CompletedIndexes.ToString());
        }
    }

    internal static void Set(JsonObject status, string member, long count)
    {
        if (count == 0)
        {
            status.Remove(member);
        }
        else
        {
            status[member] = count;
        }
    }

    internal static void SetText(JsonObject status, string member, string text)
    {
        if (text.Length == 0)
        {
            status.Remove(member);
        }
        else
        {
            status[member] = text;
        }
    }

    private void Note(JobView view, JobPod pod, Func<JobPod, bool> isIgnored)
    {
        string uid = pod.Stored.Uid;
        if (_notedFailed.Contains(uid) || _notedSucceeded.Contains(uid))
        {
            // What was noted stands, though a pod that was to be deleted succeeded in the time that was left to it.
            Released.Add(pod);
        }
        else if (pod.HasSucceeded)
        {
            Released.Add(pod);
            if (!view.IsIndexed)
            {
                _notedSucceeded.Add(uid);
            }
        }
        else if (pod.HasFailed(view.OnlyReplacesFailed))
        {
            Released.Add(pod);
            if (!isIgnored(pod))
            {
                _notedFailed.Add(uid);
                NewlyFailed.Add(pod);
            }
        }
    }

    private JsonObject Uncounted()
    {
        var uncounted = new JsonObject();
        foreach ((string member, HashSet<string> uids) in (ReadOnlySpan<(string, HashSet<string>)>)[("succeeded", _notedSucceeded), ("failed", _notedFailed)])
        {
            if (uids.Count > 0)
            {
                uncounted[member] = new JsonArray([.. uids.Order(StringComparer.Ordinal).Select(uid => JsonValue.Create(uid))]);
            }
        }

        return uncounted;
    }
}

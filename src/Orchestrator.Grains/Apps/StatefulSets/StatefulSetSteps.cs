using System.Runtime.InteropServices;
using Orchestrator.Grains.Apps.Pods;

namespace Orchestrator.Grains.Apps.StatefulSets;

/// <summary>Which pods of a StatefulSet are made and ended now.</summary>
/// <param name="Created">Indexes of pods to make.</param>
/// <param name="Ended">Pods to end.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StatefulSetSteps(IReadOnlyList<int> Created, IReadOnlyList<PodView> Ended)
{
    private static readonly StatefulSetSteps None = new([], []);

    /// <summary>
    /// By kube-controller-manager's <c>updateStatefulSet</c>: first what is missing is made and what has ended is taken away, in order of the ordinals;
    /// then what is too much ends, the highest first; then what is of an old revision, the highest first. Where pods are ordered each waits for
    /// those before it to be available, and one thing happens at a time.
    /// </summary>
    public static StatefulSetSteps Of(StatefulSetView view)
    {
        var created = new List<int>();
        var ended = new List<PodView>();
        for (int i = 0; i < view.Replicas.Count && created.Count < ReplicaSets.ReplicaSetPlan.StepSize; i++)
        {
            if (view.Replicas[i] is not { } pod)
            {
                if (view.IsOrdered)
                {
                    return view.MayCreate ? new StatefulSetSteps([i], []) : None;
                }

                created.Add(i);
                continue;
            }

            if (pod.HasEnded && !pod.IsTerminating)
            {
                ended.Add(pod);
            }

            if (view.IsOrdered && (ended.Count > 0 || !view.IsAvailable(pod)))
            {
                return new StatefulSetSteps([], ended);
            }
        }

        if (view.MayCreate && created.Count > 0)
        {
            return new StatefulSetSteps(created, ended);
        }

        bool mayUpdate = Condemn(view, ended) && ended.Count == 0 && created.Count == 0;
        return new StatefulSetSteps([], mayUpdate && view.IsRolling ? Outdated(view) : ended);
    }

    // False where an ordered set has something to wait for: its highest pod ends alone, and the next when it has gone.
    private static bool Condemn(StatefulSetView view, List<PodView> ended)
    {
        ended.AddRange((view.IsOrdered ? view.Condemned.Take(1) : view.Condemned).Where(p => !p.IsTerminating));
        return !view.IsOrdered || view.Condemned.Count == 0;
    }

    // What is not available anyway is replaced at once; of the available as many as may be missing, counting those that are, from the highest down.
    private static List<PodView> Outdated(StatefulSetView view)
    {
        var outdated = new List<PodView>();
        long missing = view.Replicas.Count(p => !view.IsAvailable(p!));
        for (int i = view.Replicas.Count - 1; i >= view.Partition; i--)
        {
            PodView pod = view.Replicas[i]!;
            if (pod.IsTerminating || pod.Stored.Labels.GetValueOrDefault(Revisions.Revision.Label) == view.UpdateRevision)
            {
                continue;
            }

            if (view.IsAvailable(pod) && ++missing > view.MaxUnavailable)
            {
                break;
            }

            outdated.Add(pod);
        }

        return outdated;
    }
}

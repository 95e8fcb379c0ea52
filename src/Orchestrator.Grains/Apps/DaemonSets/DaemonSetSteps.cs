using System.Runtime.InteropServices;
using Orchestrator.Grains.Apps.Pods;

namespace Orchestrator.Grains.Apps.DaemonSets;

/// <summary>Where daemons are made and which are ended now (kube-controller-manager's daemonset controller).</summary>
/// <param name="Created">Names of nodes.</param>
/// <param name="Ended">Pods to end.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DaemonSetSteps(IReadOnlyList<string> Created, IReadOnlyList<PodView> Ended)
{
    private const int StepSize = 250;

    public static DaemonSetSteps Of(DaemonSetView view)
    {
        var created = new List<string>();
        var ended = new List<PodView>();
        foreach (DaemonNode node in view.Nodes)
        {
            Settle(view, node, created, ended);
        }

        if (created.Count == 0 && ended.Count == 0 && view.IsRolling)
        {
            if (view.MaxSurge > 0)
            {
                Surge(view, created);
            }
            else
            {
                Replace(view, ended);
            }
        }

        return new DaemonSetSteps(view.MayCreate ? [.. created.Take(StepSize)] : [], [.. ended.Take(StepSize)]);
    }

    /// <summary>One daemon where one is to be, none where none may stay.</summary>
    private static void Settle(DaemonSetView view, DaemonNode node, List<string> created, List<PodView> ended)
    {
        if (!node.Stays)
        {
            ended.AddRange(node.Pods.Where(p => !p.IsTerminating));
            return;
        }

        if (node.Pods.Count == 0)
        {
            if (node.Runs)
            {
                created.Add(node.Name);
            }

            return;
        }

        // One that has ended is taken away, and the next look makes another.
        ended.AddRange(node.Pods.Where(p => p.HasEnded && !p.IsTerminating));

        // Of several an available one is kept rather than the oldest.
        List<PodView> active = [.. node.Active.OrderByDescending(view.IsAvailable)];
        if (view.MaxSurge == 0)
        {
            ended.AddRange(active.Skip(1));
            return;
        }

        List<PodView> fresh = [.. active.Where(view.IsNew)];
        List<PodView> old = [.. active.Where(p => !view.IsNew(p))];
        ended.AddRange(fresh.Skip(1));
        ended.AddRange(fresh.Count > 0 && view.IsAvailable(fresh[0]) ? old : old.Skip(1));
    }

    /// <summary>Ends daemons of old revisions, as many as may be missing; those that are missing anyway first.</summary>
    private static void Replace(DaemonSetView view, List<PodView> ended)
    {
        long missing = 0;
        var candidates = new List<PodView>();
        foreach (DaemonNode node in view.Nodes.Where(n => n.Runs))
        {
            PodView? pod = node.Active.FirstOrDefault();
            bool isAvailable = pod is not null && view.IsAvailable(pod);
            missing += isAvailable ? 0 : 1;
            if (pod is null || view.IsNew(pod))
            {
                continue;
            }

            (isAvailable ? candidates : ended).Add(pod);
        }

        ended.AddRange(candidates.Take((int)Math.Max(0, view.MaxUnavailable - missing)));
    }

    /// <summary>Makes new daemons beside old ones, on as many nodes as may have two; the old one goes when the new one is available.</summary>
    private static void Surge(DaemonSetView view, List<string> created)
    {
        long surging = 0;
        var candidates = new List<string>();
        foreach (DaemonNode node in view.Nodes.Where(n => n.Runs))
        {
            List<PodView> active = [.. node.Active];
            PodView? old = active.Find(p => !view.IsNew(p));
            if (old is null)
            {
                continue;
            }

            if (active.Exists(view.IsNew) || node.Pods.Count > active.Count)
            {
                surging++;
            }
            else if (view.IsAvailable(old))
            {
                candidates.Add(node.Name);
            }
            else
            {
                created.Add(node.Name);
            }
        }

        created.AddRange(candidates.Take((int)Math.Max(0, view.MaxSurge - surging)));
    }
}

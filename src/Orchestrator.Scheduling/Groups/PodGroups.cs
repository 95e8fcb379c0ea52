namespace Orchestrator.Scheduling.Groups;

/// <summary>The groups of pods of a cluster, and who belongs to them. In any order: a pod may come before its group.</summary>
public sealed class PodGroups
{
    private readonly Dictionary<string, PodGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodGroup> _byPod = new(StringComparer.Ordinal);

    /// <summary>A PodGroup with the least number of a gang, 0 for the basic policy; null where it is gone.</summary>
    public void Define(string key, int? minCount)
    {
        PodGroup group = GroupOf(key);
        group.Define(minCount);
        Tidy(group);
    }

    /// <summary>The group of the pod, or null.</summary>
    public PodGroup? Of(string podUid) => _byPod.GetValueOrDefault(podUid);

    /// <summary>The pod belongs to the group, and waits, or has a node. Which group it is in does not change.</summary>
    public void Set(string podUid, string groupKey, bool isBound)
    {
        if (!_byPod.TryGetValue(podUid, out PodGroup? group))
        {
            _byPod.Add(podUid, group = GroupOf(groupKey));
        }

        if (isBound)
        {
            group.SetBound(podUid);
        }
        else
        {
            group.SetWaiting(podUid);
        }
    }

    /// <summary>The pod is gone, or has ended.</summary>
    public void Remove(string podUid)
    {
        if (_byPod.Remove(podUid, out PodGroup? group))
        {
            group.Remove(podUid);
            Tidy(group);
        }
    }

    private PodGroup GroupOf(string key)
    {
        if (!_groups.TryGetValue(key, out PodGroup? group))
        {
            _groups.Add(key, group = new PodGroup(key));
        }

        return group;
    }

    private void Tidy(PodGroup group)
    {
        if (group.IsForgettable)
        {
            _groups.Remove(group.Key);
        }
    }
}

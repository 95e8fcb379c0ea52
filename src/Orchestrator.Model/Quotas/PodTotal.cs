namespace Orchestrator.Model.Quotas;

/// <summary>
/// Adds up what a pod as a whole asks for, by Kubernetes' rule: its containers and sidecars together, or the largest moment of its start (an init container
/// beside the sidecars started before it) where that is more, plus the overhead of its runtime class. The one place of the rule: the API counts in exact
/// quantities, the scheduler in the columns of its tables, the agent in decimals.
/// </summary>
/// <param name="add">Sum of two amounts; <c>default</c> is none.</param>
public sealed class PodTotal<TName, TAmount>(IEqualityComparer<TName> names, Func<TAmount, TAmount, TAmount> add)
    where TName : notnull
    where TAmount : struct, IComparable<TAmount>
{
    private readonly Dictionary<TName, TAmount> _running = new(names);
    private readonly Dictionary<TName, TAmount> _largestStart = new(names);

    /// <summary>Counts an init container, in the order of the pod's spec.</summary>
    public void AddInit(Dictionary<TName, TAmount> own, bool isSidecar)
    {
        if (isSidecar)
        {
            Add(_running, own);
            Raise(_largestStart, _running);
        }
        else
        {
            Dictionary<TName, TAmount> moment = new(own, names);
            Add(moment, _running);
            Raise(_largestStart, moment);
        }
    }

    /// <summary>Counts a container; after all init containers.</summary>
    public void AddContainer(Dictionary<TName, TAmount> own) => Add(_running, own);

    /// <summary>The sum, to which nothing more is added than by the caller itself.</summary>
    /// <param name="overhead">Of the runtime class.</param>
    /// <param name="onlyPresent">Overhead counts only where the containers name the resource: it is added to limits that there are, and makes none.</param>
    public Dictionary<TName, TAmount> Finish(Dictionary<TName, TAmount> overhead, bool onlyPresent = false)
    {
        Raise(_running, _largestStart);
        foreach ((TName name, TAmount amount) in overhead)
        {
            if (!onlyPresent || _running.ContainsKey(name))
            {
                _running[name] = add(_running.GetValueOrDefault(name), amount);
            }
        }

        return _running;
    }

    private void Add(Dictionary<TName, TAmount> sum, Dictionary<TName, TAmount> more)
    {
        foreach ((TName name, TAmount amount) in more)
        {
            sum[name] = add(sum.GetValueOrDefault(name), amount);
        }
    }

    private static void Raise(Dictionary<TName, TAmount> most, Dictionary<TName, TAmount> other)
    {
        foreach ((TName name, TAmount amount) in other)
        {
            if (!most.TryGetValue(name, out TAmount present) || present.CompareTo(amount) < 0)
            {
                most[name] = amount;
            }
        }
    }
}

namespace Orchestrator.Agent.Events;

/// <summary>Counts repetitions and holds every pod to a budget: 25 events at once, then one more every five minutes, as kubelet has it.</summary>
internal sealed class EventAggregator(TimeProvider time)
{
    private const int Burst = 25;
    private const int MaxPods = 1024;
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Budget> _budgets = new(StringComparer.Ordinal);

    internal sealed record Occurrence(int Count, DateTimeOffset First);

    /// <summary>How often this has happened, with this time; null if the pod's budget is used up.</summary>
    public Occurrence? Count(string podUid, string what)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_budgets.TryGetValue(podUid, out var budget))
            {
                if (_budgets.Count >= MaxPods)
                {
                    _budgets.Remove(_budgets.MinBy(b => b.Value.RefilledAt).Key);
                }

                _budgets[podUid] = budget = new Budget(now);
            }

            var earned = (int)((now - budget.RefilledAt) / Refill);
            if (earned > 0)
            {
                budget.Left = Math.Min(Burst, budget.Left + earned);
                budget.RefilledAt = now;
            }

            var seen = budget.Seen.TryGetValue(what, out var before) ? before with { Count = before.Count + 1 } : new Occurrence(1, now);
            if (budget.Seen.Count < Burst || seen.Count > 1)
            {
                budget.Seen[what] = seen;
            }

            if (budget.Left == 0)
            {
                return null;
            }

            budget.Left--;
            return seen;
        }
    }

    private sealed class Budget(DateTimeOffset now)
    {
        public int Left { get; set; } = Burst;

        public DateTimeOffset RefilledAt { get; set; } = now;

        public Dictionary<string, Occurrence> Seen { get; } = new(StringComparer.Ordinal);
    }
}

namespace Orchestrator.Agent.Probes;

/// <summary>The probes of one pod that run, and what they have decided.</summary>
internal sealed class ProbedPod(Action changed)
{
    private readonly Dictionary<(string ContainerId, ProbeKind Kind), CancellationTokenSource> _running = [];
    private readonly Lock _gate = new();

    public PodHealth Health { get; private set; } = PodHealth.Unknown;

    /// <summary>Makes these the loops that run; one that runs already goes on.</summary>
    public void Follow(IEnumerable<ProbeLoop> wanted)
    {
        lock (_gate)
        {
            Dictionary<(string, ProbeKind), ProbeLoop> loops = wanted.ToDictionary(l => l.Key);
            foreach (var key in _running.Keys.Where(k => !loops.ContainsKey(k)).ToList())
            {
                _running[key].Cancel();
                _running.Remove(key);
            }

            HashSet<string> ids = [.. loops.Keys.Select(k => k.Item1)];
            Health = new PodHealth(Health.Outcomes.RemoveRange(Health.Outcomes.Keys.Where(k => !ids.Contains(k.ContainerId))));
            foreach (ProbeLoop loop in loops.Values.Where(l => !_running.ContainsKey(l.Key)))
            {
                var stop = new CancellationTokenSource();
                _running[loop.Key] = stop;
                _ = loop.RunAsync(stop.Token);
            }
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            foreach (CancellationTokenSource stop in _running.Values)
            {
                stop.Cancel();
            }

            _running.Clear();
        }
    }

    /// <summary>Notes a decision, unless the probe has been ended meanwhile.</summary>
    public void Decide((string ContainerId, ProbeKind Kind) key, bool outcome)
    {
        lock (_gate)
        {
            if (!_running.ContainsKey(key) || (Health.Outcomes.TryGetValue(key, out bool known) && known == outcome))
            {
                return;
            }

            Health = new PodHealth(Health.Outcomes.SetItem(key, outcome));
        }

        changed();
    }
}

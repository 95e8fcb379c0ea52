using System.Diagnostics;
using System.Globalization;
using Orchestrator.Load.Measuring;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// Decisions per second in this process: each workload is placed, explained (where not said otherwise) and counted before the next is decided. Once as many
/// are there as the case keeps, the oldest goes. There is no store and no bind.
/// </summary>
internal sealed class PlacementScenario(Scenario scenario) : IMeasure
{
    private const int PriorityOverFilling = 100;
    private const double Mebibyte = 1024 * 1024;

    public string Unit => "decisions";

    public Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cluster = new InProcessCluster(scenario.Nodes, spec.Scale, scenario.Policy, scenario.Seed);
        var run = new Run(cluster, spec, scenario);
        var empty = GC.GetTotalMemory(forceFullCollection: true);
        return Task.FromResult(new MeasuredCase(async (round, token) =>
        {
            var measured = await ComponentMeter.OwnOnly.MeasureAsync((recorder, started) => Task.Run(() => run.Decide(round, recorder, started, token), token));
            if (spec.Count == 0 || round.IsWarmUp)
            {
                return measured;
            }

            var memory = GC.GetTotalMemory(forceFullCollection: true);
            return measured with
            {
                Figures = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["nodes"] = cluster.State.NodeCount,
                    ["workloads placed"] = cluster.State.PlacedPodCount,
                    ["bytes per node"] = (double)(empty - before) / cluster.State.NodeCount,
                    ["bytes per workload"] = (double)(memory - empty) / Math.Max(1, cluster.State.PlacedPodCount),
                    ["process MiB"] = Environment.WorkingSet / Mebibyte,
                },
            };
        })
        {
            Picture = () => cluster.Picture(run.Mix),
        });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The stream of workloads of one case.</summary>
    private sealed class Run
    {
        private readonly InProcessCluster _cluster;
        private readonly CaseSpec _spec;
        private readonly WeightedChoice<Workload> _mix;
        private readonly Workload? _filling;
        private readonly double _slowdown;
        private readonly Queue<(string Uid, string Node)> _placed = new();
        private long _arrivals;

        public Run(InProcessCluster cluster, CaseSpec spec, Scenario scenario)
        {
            (_cluster, _spec) = (cluster, spec);
            _slowdown = scenario.Faults.Where(f => f.Kind == "slowScheduler").Sum(f => f.Share);
            var chosen = scenario.Workloads.Where(w => spec.Workloads.Count > 0 ? spec.Workloads.Contains(w.Name) : w.Name != spec.FilledWith).ToList();
            _mix = new WeightedChoice<Workload>([.. chosen.Select(w => (cluster.Compile(w), w.Weight))]);
            if (scenario.Workloads.FirstOrDefault(w => w.Name == spec.FilledWith) is { } filling)
            {
                _filling = cluster.Compile(filling);
                cluster.Fill(_filling.Value);
            }
        }

        public IReadOnlyList<Workload> Mix => _mix.All;

        public void Decide(RoundRequest round, RoundRecorder recorder, long started, CancellationToken cancel)
        {
            var random = new Random(round.Seed);
            for (var i = 0; _spec.Count > 0 && !round.IsWarmUp ? i < _spec.Count : Stopwatch.GetElapsedTime(started) < round.Duration; i++)
            {
                cancel.ThrowIfCancellationRequested();
                DecideOne(_mix.Draw(random), recorder);
            }
        }

        private void DecideOne(Workload workload, RoundRecorder recorder)
        {
            var uid = string.Create(CultureInfo.InvariantCulture, $"pod-{_arrivals++}");
            var before = Stopwatch.GetTimestamp();
            var node = _cluster.Place(uid, workload, _filling is null ? 0 : PriorityOverFilling, _spec.Explain);
            var after = Stopwatch.GetTimestamp();
            for (var until = after + (long)((after - before) * _slowdown); after < until; after = Stopwatch.GetTimestamp())
            {
                // An injected regression: the scheduler takes so much longer.
            }

            if (node is null)
            {
                recorder.Failed("fits nowhere");
                return;
            }

            recorder.Completed(before, after);
            _placed.Enqueue((uid, node));
            if (_spec.Keep > 0 && _placed.Count > _spec.Keep)
            {
                var (oldest, freed) = _placed.Dequeue();
                _cluster.Remove(oldest);
                if (_filling is { } filling)
                {
                    _cluster.Fill(freed, filling);
                }
            }
        }
    }
}

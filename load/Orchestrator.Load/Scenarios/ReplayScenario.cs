using System.Diagnostics;
using System.Globalization;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Results;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// Arrivals and departures of hours or days in process, in a time of its own that goes as fast as decisions are made: what the policy makes of a trace or of a mix of
/// workloads, with nodes that are lost on the way. Latencies are those of the decisions; figures are of the cluster.
/// </summary>
internal sealed class ReplayScenario(Scenario scenario, LoadContext context) : IMeasure
{
    private const double SamplesPerRound = 100;

    public string Unit => "decisions";

    public Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var arrivals = PodArrivals.Of(scenario, spec, context);
        ClusterPicture? picture = null;
        return Task.FromResult(new MeasuredCase(async (round, token) =>
        {
            var replay = new Replay(scenario, spec, arrivals, round);
            var measured = await ComponentMeter.OwnOnly.MeasureAsync((recorder, _) => Task.Run(() => replay.Run(recorder, token), token));
            picture = replay.Picture;
            return measured with { Figures = replay.Figures };
        })
        {
            Picture = () => picture,
        });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>One round.</summary>
    private sealed class Replay(Scenario scenario, CaseSpec spec, PodArrivals arrivals, RoundRequest round)
    {
        private readonly InProcessCluster _cluster = new(scenario.Nodes, spec.Scale, scenario.Policy, round.Seed);
        private readonly Dictionary<string, Workload> _compiled = new(StringComparer.Ordinal);
        private readonly PriorityQueue<string, double> _departures = new();
        private readonly Queue<(string Uid, Workload Workload, double End)> _waiting = new();
        private readonly double _slowdown = scenario.Faults.Where(f => f.Kind == "slowScheduler").Sum(f => f.Share);
        private readonly List<double> _used = [];
        private readonly List<double> _fragmented = [];
        private readonly HashSet<string> _present = new(StringComparer.Ordinal);
        private int _mostWaiting;
        private int _displaced;

        public ClusterPicture? Picture { get; private set; }

        public IReadOnlyDictionary<string, double> Figures => new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["mean use %"] = _used.DefaultIfEmpty(0).Average(),
            ["mean fragmented %"] = _fragmented.DefaultIfEmpty(0).Average(),
            ["most waiting"] = _mostWaiting,
            ["waiting at the end"] = _waiting.Count,
            ["displaced"] = _displaced,
        };

        public void Run(RoundRecorder recorder, CancellationToken cancel)
        {
            var pods = arrivals.Draw(round.Duration, new Random(round.Seed));
            var faults = new Queue<Fault>(scenario.Faults.Where(f => f.Kind == "loseNodes").OrderBy(f => f.At));
            var sampleAt = 0.0;
            for (var i = 0; i < pods.Count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                var now = pods[i].DueSeconds;
                while (faults.TryPeek(out var fault) && fault.At.TotalSeconds <= now)
                {
                    Lose(faults.Dequeue(), now, recorder);
                }

                Depart(now, recorder);
                if (now >= sampleAt)
                {
                    Sample();
                    sampleAt = now + (round.Duration.TotalSeconds / SamplesPerRound);
                }

                var end = pods[i].LifetimeSeconds is { } lifetime ? now + lifetime : double.PositiveInfinity;
                Decide(string.Create(CultureInfo.InvariantCulture, $"pod-{i}"), Compile(pods[i]), end, recorder);
            }

            Sample();
        }

        private void Decide(string uid, Workload workload, double end, RoundRecorder recorder)
        {
            var before = Stopwatch.GetTimestamp();
            var node = _cluster.Place(uid, workload, priority: 0, explain: false);
            var after = Stopwatch.GetTimestamp();
            for (var until = after + (long)((after - before) * _slowdown); after < until; after = Stopwatch.GetTimestamp())
            {
                // An injected regression: the scheduler takes so much longer.
            }

            recorder.Completed(before, after);
            if (node is null)
            {
                _waiting.Enqueue((uid, workload, end));
                _mostWaiting = Math.Max(_mostWaiting, _waiting.Count);
            }
            else
            {
                _present.Add(uid);
                _departures.Enqueue(uid, end);
            }
        }

        private void Depart(double now, RoundRecorder recorder)
        {
            var freed = false;
            while (_departures.TryPeek(out var uid, out var end) && end <= now)
            {
                _departures.Dequeue();
                freed |= _present.Remove(uid);
                _cluster.Remove(uid);
            }

            // Those that wait are tried again in their order; whose time is over by then goes without having run.
            for (var left = freed ? _waiting.Count : 0; left > 0; left--)
            {
                var (uid, workload, end) = _waiting.Dequeue();
                if (end > now)
                {
                    Decide(uid, workload, end, recorder);
                }
            }
        }

        private void Lose(Fault fault, double now, RoundRecorder recorder)
        {
            var random = new Random(round.Seed);
            var present = _cluster.Nodes.Where(n => _cluster.State.TryFindSlot(n.Name, out _)).ToArray();
            random.Shuffle(present);
            foreach (var node in present.Take((int)Math.Round(present.Length * Math.Min(1, fault.Share))))
            {
                foreach (var pod in _cluster.Lose(node))
                {
                    _present.Remove(pod.Uid);
                    _displaced++;
                    Decide($"{pod.Uid}-again", pod.Workload, now + round.Duration.TotalSeconds, recorder);
                }
            }
        }

        private Workload Compile(ArrivingPod pod)
        {
            var text = pod.Template.ToJsonString();
            if (!_compiled.TryGetValue(text, out var workload))
            {
                var handler = (string?)pod.Template["spec"]?["runtimeClassName"] is { Length: > 0 } name ? name : "runc";
                _compiled[text] = workload = _cluster.Compile(new WorkloadClass("", 1, pod.Template, handler, null));
            }

            return workload;
        }

        private void Sample()
        {
            Picture = _cluster.Picture([.. _compiled.Values.Take(16)]);
            if (Picture.Resources.Count > 0)
            {
                _used.Add(Picture.Resources.Average(r => r.UsedPercent));
                _fragmented.Add(Picture.Resources.Average(r => r.FragmentedPercent));
            }
        }
    }
}

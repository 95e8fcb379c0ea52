using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>Parameters of the lookahead policy.</summary>
/// <param name="Sequences">Sample sequences.</param>
/// <param name="Length">Workloads of each.</param>
/// <param name="FirstSample">Arrivals after which the first sample is drawn; again whenever half as many more have come, at the latest after as many as are remembered.</param>
public sealed record LookaheadOptions(int Sequences = 32, int Length = 48, int FirstSample = 32);

/// <summary>
/// Places a workload where it takes the least from what is expected to come: the mix is learned from arrivals, and the cost of a way is the loss
/// of the node's value to a sample of the future (<see cref="FutureSample"/>). Deterministic given the arrivals and the seed of the random numbers.
/// </summary>
public sealed class LookaheadPolicy(LookaheadOptions options, Random random) : IDevicePolicy
{
    // The most recent arrivals: the mix of long ago says little of what comes.
    private const int Window = 1 << 14;

    private readonly List<DeviceWorkload> _seen = [];
    private long _arrivals;
    private FutureSample _sample = FutureSample.Empty;
    private long _nextSample = options.FirstSample;

    public long Epoch { get; private set; }

    public void Arrived(in DeviceWorkload workload)
    {
        if (_seen.Count < Window)
        {
            _seen.Add(workload);
        }
        else
        {
            _seen[(int)(_arrivals % Window)] = workload;
        }

        if (++_arrivals == _nextSample)
        {
            _nextSample = Math.Min(_nextSample + (_nextSample / 2), _nextSample + Window);
            _sample = FutureSample.Draw(_seen, options.Sequences, options.Length, random);
            Epoch++;
        }
    }

    public DeviceChoice Choose(in DeviceWorkload workload, in NodeDevices node)
    {
        Span<short> ways = stackalloc short[DeviceResiduals.Limit];
        int count = node.Ways(workload, ways);
        DeviceChoice best = DeviceChoice.None;
        float before = count == 0 ? 0 : _sample.ValueOf(node);
        for (int i = 0; i < count; i++)
        {
            float loss = before - _sample.ValueOf(node.After(workload, ways[i]));
            var choice = new DeviceChoice(ways[i], loss, TightestFit.SlackOf(workload, node, ways[i]));
            if (choice.IsBetterThan(best))
            {
                best = choice;
            }
        }

        return best;
    }
}

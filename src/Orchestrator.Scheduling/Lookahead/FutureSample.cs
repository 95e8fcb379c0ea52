using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>
/// What may come: sample sequences drawn from the workloads seen so far, and the value of a node's state as what they would still place on it.
/// Immutable but for the memory of values.
/// </summary>
public sealed class FutureSample
{
    /// <summary>Values remembered; beyond that all are forgotten and computed again when asked for.</summary>
    private const int MemoryLimit = 1 << 20;

    private readonly DeviceWorkload[][] _sequences;
    private readonly Dictionary<int, FutureSequence[]> _byModel = [];
    private readonly Dictionary<NodeDevices, float> _values = [];

    private FutureSample(DeviceWorkload[][] sequences) => _sequences = sequences;

    /// <summary>A sample that expects nothing: every state has the value 0.</summary>
    public static FutureSample Empty { get; } = new([]);

    /// <param name="seen">Workloads that arrived, in any order.</param>
    /// <param name="sequences">Sequences to draw.</param>
    /// <param name="length">Workloads of each.</param>
    /// <param name="random">Draws them, with replacement.</param>
    public static FutureSample Draw(IReadOnlyList<DeviceWorkload> seen, int sequences, int length, Random random)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(random);
        var drawn = new DeviceWorkload[sequences][];
        for (int i = 0; i < sequences; i++)
        {
            var sequence = new DeviceWorkload[length];
            for (int j = 0; j < length; j++)
            {
                sequence[j] = seen[random.Next(seen.Count)];
            }

            // As they come. Sorting some, the hardest to place first, was tried: it values what no order of arrivals gives, and differs more from draw to draw.
            drawn[i] = sequence;
        }

        return new FutureSample(drawn);
    }

    /// <summary>Mean device share, in thousandths of a device and weighted for several devices, that the sequences would still place on the node.</summary>
    public float ValueOf(in NodeDevices node)
    {
        if (_sequences.Length == 0)
        {
            return 0;
        }

        if (_values.TryGetValue(node, out float known))
        {
            return known;
        }

        if (_values.Count >= MemoryLimit)
        {
            _values.Clear();
        }

        float sum = 0;
        foreach (FutureSequence sequence in SequencesFor(node.Model))
        {
            sum += sequence.Fill(node);
        }

        return _values[node] = sum / _sequences.Length;
    }

    private FutureSequence[] SequencesFor(int model)
    {
        if (!_byModel.TryGetValue(model, out FutureSequence[]? prepared))
        {
            _byModel[model] = prepared = [.. _sequences.Select(s => FutureSequence.For(s, model))];
        }

        return prepared;
    }
}

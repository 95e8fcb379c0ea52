using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Scorers;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>
/// On which node does the pod take the least from what is expected to come? What may come is learned from the pods that came
/// (<see cref="FutureSample"/>), for the devices of each resource by themselves. It outweighs all other scorers, which tell equally good nodes apart.
/// Belongs to one cluster. Values of states are computed when first needed, at most <see cref="EvaluationsPerDecision"/> for one decision: states not
/// reached yet come last, and their turn at the next.
/// </summary>
public sealed class KeepsRoom(LookaheadOptions options, Random random) : ITopologyScorer, IArrivalLearner, IDeviceChooser
{
    /// <summary>States of nodes valued for one decision at most.</summary>
    public const int EvaluationsPerDecision = 1_024;

    /// <summary>More than all other scorers together can give at their usual weights: they decide among the equally good.</summary>
    public const int UsualWeight = 2_000;

    private const int ResourceLimit = 16;
    private const int RememberedLimit = 1_024;

    private readonly Dictionary<string, RoomByResource> _byResource = new(StringComparer.Ordinal);
    // The first ones, for resources that come to be known only then.
    private readonly List<DeviceWorkload> _withoutDevices = [];
    private readonly NodeStates _states = new();
    private readonly List<(int Slot, DeviceChoice Choice)> _eligible = [];

    public string Name => nameof(KeepsRoom);

    public int Weight { get; init; } = UsualWeight;

    public bool Concerns(ClusterState cluster, Workload workload) => true;

    public void Arrived(ClusterState cluster, WorkloadShape shape)
    {
        foreach (DeviceDemand demand in shape.Devices)
        {
            RoomFor(demand.Resource)?.Arrived(DeviceReading.WorkloadOf(shape, demand));
        }

        if (shape.Devices.Length == 0)
        {
            // What asks for no devices takes CPU and memory beside them.
            DeviceWorkload workload = DeviceReading.WorkloadOf(shape, null);
            foreach (RoomByResource room in _byResource.Values)
            {
                room.Arrived(workload);
            }

            if (_withoutDevices.Count < RememberedLimit)
            {
                _withoutDevices.Add(workload);
            }
        }
    }

    public void Score(ClusterState cluster, Workload workload, ReadOnlySpan<byte> verdicts, Span<int> scores)
    {
        scores.Clear();
        _states.Refresh(cluster);
        _eligible.Clear();
        DeviceChoice best = DeviceChoice.None;
        float worst = float.NegativeInfinity;
        int budget = EvaluationsPerDecision;
        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            if (verdicts[slot] != 0 || ChoiceOn(cluster, slot, workload.Shape, ref budget) is not { } choice)
            {
                continue;
            }

            _eligible.Add((slot, choice));
            best = choice.IsBetterThan(best) ? choice : best;
            worst = Math.Max(worst, choice.Cost);
        }

        foreach ((int slot, DeviceChoice choice) in _eligible)
        {
            scores[slot] = !best.IsBetterThan(choice) ? Scores.Max
                : worst <= best.Cost ? Scores.Max - 1
                : 1 + (int)((Scores.Max - 2) * ((worst - choice.Cost) / (worst - best.Cost)));
        }
    }

    public AssignedDevices? Choose(ClusterState cluster, int slot, DevicePool pool, DeviceDemand demand, WorkloadShape shape)
    {
        _states.Refresh(cluster);
        if (_states.Of(slot) is not { } state || state.Resource != pool.Resource || RoomFor(pool.Resource) is not { } room)
        {
            return pool.Choose(demand);
        }

        int one = 1;
        DeviceChoice? choice = room.Choose(DeviceReading.WorkloadOf(shape, demand), state.Devices, ref one);
        return choice is { Residual: > 0 } found ? pool.Choose(demand, found.Residual) ?? pool.Choose(demand) : pool.Choose(demand);
    }

    // Null where it is not known, and may not be computed in this decision any more.
    private DeviceChoice? ChoiceOn(ClusterState cluster, int slot, WorkloadShape shape, ref int budget)
    {
        if (_states.Of(slot) is not { } state || RoomFor(state.Resource) is not { } room)
        {
            return new DeviceChoice(0, 0, DeviceReading.SlackWithout(cluster, slot, shape));
        }

        DeviceDemand? demand = Array.Find(shape.Devices, d => d.Resource == state.Resource);
        return room.Choose(DeviceReading.WorkloadOf(shape, demand), state.Devices, ref budget);
    }

    private RoomByResource? RoomFor(string resource)
    {
        if (!_byResource.TryGetValue(resource, out RoomByResource? room) && _byResource.Count < ResourceLimit)
        {
            _byResource.Add(resource, room = new RoomByResource(new LookaheadPolicy(options, random)));
            _withoutDevices.ForEach(workload => room.Arrived(workload));
        }

        return room;
    }
}

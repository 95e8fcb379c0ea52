using Orchestrator.Model;
using Orchestrator.Scheduling.Lookahead;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Scorers;

namespace Orchestrator.Scheduling.Profiles;

/// <summary>How the pods of one scheduler name are placed.</summary>
/// <param name="SchedulerName">Pods' spec.schedulerName.</param>
public sealed record SchedulerProfile(string SchedulerName)
{
    public static SchedulerProfile Default { get; } = new(WellKnown.DefaultSchedulerName);

    public IReadOnlyList<INodeScorer> Scorers { get; init; } = PlacementProfile.Default.Scorers;

    public IReadOnlyList<ITopologyScorer> TopologyScorers { get; init; } = PlacementProfile.Default.TopologyScorers;

    /// <summary>Null where the profile does not look ahead.</summary>
    public LookaheadOptions? Lookahead { get; init; }

    /// <summary>How much that weighs: 1 outweighs all else at its usual weight.</summary>
    public int LookaheadWeight { get; init; } = 1;

    public ShapeDefaults Defaults { get; init; } = new(WellKnown.DefaultSchedulerName) { Spread = ShapeDefaults.SystemSpread };

    /// <summary>The profile at work. Looking ahead has memory: each scheduler needs one of its own.</summary>
    public PlacementProfile Build(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        PlacementProfile profile = PlacementProfile.Default with { Scorers = Scorers, TopologyScorers = TopologyScorers };
        if (Lookahead is null)
        {
            return profile;
        }

        var room = new KeepsRoom(Lookahead, new Random(random.Next())) { Weight = KeepsRoom.UsualWeight * LookaheadWeight };
        return profile with { TopologyScorers = [room, .. TopologyScorers], Learner = room, Devices = room };
    }
}

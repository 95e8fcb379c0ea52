using System.Text.Json.Nodes;
using Orchestrator.Model.Validation;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Profiles;
using Orchestrator.Scheduling.Scorers;

namespace Orchestrator.UnitTests.Scheduling.Profiles;

/// <summary>Golden cases: a KubeSchedulerConfiguration gives its profiles, or all that is wrong with it.</summary>
public sealed class SchedulerConfigurationTests
{
    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_what_is_expected(string name)
    {
        var errors = new List<FieldError>();
        IReadOnlyList<SchedulerProfile> profiles = SchedulerConfigurationReader.Read(GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml")), errors);
        GoldenCases.Compare(name, errors.Count > 0
            ? new JsonObject { ["errors"] = new JsonArray([.. errors.Select(e => (JsonNode)$"{e}")]) }
            : new JsonObject(profiles.Select(p => KeyValuePair.Create(p.SchedulerName, (JsonNode?)Describe(p)))));
    }

    private static JsonObject Describe(SchedulerProfile profile)
    {
        PlacementProfile built = profile.Build(new Random(1));
        return new JsonObject
        {
            ["scorers"] = new JsonObject(built.Scorers.Concat<IScorer>(built.TopologyScorers).Select(s => KeyValuePair.Create(s.Name, (JsonNode?)s.Weight))),
            ["hardPodAffinityWeight"] = built.TopologyScorers.OfType<PrefersPodAffinity>().FirstOrDefault()?.HardAffinityWeight,
            ["spread"] = new JsonArray([.. profile.Defaults.Spread.Select(s => (JsonNode)$"{s.TopologyKey} {s.MaxSkew} {(s.IsRequired ? "DoNotSchedule" : "ScheduleAnyway")}")]),
            ["addedAffinity"] = profile.Defaults.AddedAffinity is { } terms ? new JsonArray([.. terms.Select(t => (JsonNode)string.Join(" and ", t.Requirements))]) : null,
            ["learns"] = built.Learner is not null,
        };
    }
}

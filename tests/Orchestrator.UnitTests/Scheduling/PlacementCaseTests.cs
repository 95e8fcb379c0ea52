using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Profiles;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>Golden cases, one folder each: the cluster and the pod <c>subject</c> in <c>input.yaml</c> give the explanation in <c>expected.json</c>.</summary>
public sealed class PlacementCaseTests
{
    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_explained_as_expected(string name)
    {
        string scheduler = GoldenCases.PathOf(name, "scheduler.yaml");
        SchedulerProfile profile = File.Exists(scheduler)
            ? SchedulerConfigurationReader.Read(GoldenCases.Read(scheduler), []).Single()
            : SchedulerProfile.Default with { Defaults = ShapeDefaults.None };
        CaseCluster read = CaseCluster.Read(GoldenCases.PathOf(name, "input.yaml"), profile.Defaults);
        var placer = new Placer(read.Cluster, profile.Build(new Random(1)), new Random(1));
        Placement placement = placer.Place(read.Workload);
        PlacementExplanation explanation = PlacementExplanation.Of(
            read.Pod, placer.Report(read.Workload, placement), placement.NodeName, "default-scheduler", 1, 1, DateTimeOffset.UnixEpoch);
        GoldenCases.Compare(name, (JsonObject)JsonSerializer.SerializeToNode(explanation, ExplanationJson.Default.PlacementExplanation)!);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Preemption;

namespace Orchestrator.UnitTests.Scheduling.Preemption;

/// <summary>
/// Golden cases of making room, one folder each: the cluster and the pod <c>subject</c>, which fits nowhere, in <c>input.yaml</c> give the outcome in
/// <c>expected.json</c>.
/// </summary>
public sealed class PreemptionCaseTests
{
    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Those_give_way_that_are_expected_to(string name)
    {
        CaseCluster read = CaseCluster.Read(GoldenCases.PathOf(name, "input.yaml"));
        var placer = new Placer(read.Cluster, PlacementProfile.Default, new Random(1));
        var preemptor = new Preemptor(read.Cluster, PlacementProfile.Default, new Random(1)) { Budgets = read.Budgets };
        Placement placement = placer.Place(read.Workload);
        Assert.False(placement.IsPlaced);
        PlacementReport report = placer.Report(read.Workload, placement);
        PreemptionPlan? plan = read.Facts.MayPreempt ? preemptor.Find(read.Workload, read.Facts.Priority) : null;
        report = plan is null
            ? PreemptionReporting.Failed(report, preemptor, read.Workload, read.Facts)
            : PreemptionReporting.Planned(report, plan, [.. plan.Victims.Select(v => $"{v.Uid} ({v.Rank.Stage})")]);
        GoldenCases.Compare(name, new JsonObject
        {
            ["message"] = report.Message,
            ["remedies"] = JsonSerializer.SerializeToNode(report.Remedies),
            ["preemption"] = report.Preemption is null ? null : JsonSerializer.SerializeToNode(report.Preemption),
        });
    }
}

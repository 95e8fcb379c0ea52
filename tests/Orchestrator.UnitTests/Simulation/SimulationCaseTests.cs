using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.WhatIf;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.UnitTests.Simulation;

/// <summary>
/// Golden cases, one folder each: <c>input.yaml</c> has the objects of a cluster (<c>snapshot</c>), the question's <c>manifests</c>, and what is asked;
/// <c>expected.json</c> is the answer, and <c>expected.txt</c> what the command prints of it.
/// </summary>
public sealed class SimulationCaseTests
{
    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_answered_as_expected(string name)
    {
        JsonObject input = GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml"));
        using var text = new StringWriter();
        JsonNode answer = Answer(input, text);
        GoldenCases.Compare(name, answer);
        GoldenCases.CompareText(name, "expected.txt", text.ToString());
    }

    private static JsonNode Answer(JsonObject input, StringWriter text)
    {
        SimulatedCluster cluster = SimulatedCluster.Of(input.Items("snapshot").Select(o => JsonSerializer.SerializeToElement(o.Item)));
        string policy = input.Text("policy") ?? PlacementPolicies.Balanced;
        var question = new SimulationQuestion
        {
            Manifests = [.. input.Items("manifests").Select(m => m.Item)],
            AddedNodes = (int)(input.Integer("addNodes") ?? 0),
            Like = input.Text("like"),
            Drained = [.. input.Texts("drain")],
            Lost = [.. input.Texts("lose")],
            Policy = policy,
            Profile = PlacementPolicies.All[policy],
        };
        var console = Terminal.Create(text, redirected: true);
        switch (input.Text("ask"))
        {
            case "how-many":
                SimulationAnswer<CapacityReport> capacity = CapacityQuestion.Run(cluster, question, (int)(input.Integer("limit") ?? 1_000), default);
                return Node(capacity, r => JsonSerializer.SerializeToNode(r, SimulationJson.Default.CapacityReport)!, new CapacityView(console).Write);
            case "removable":
                SimulationAnswer<RemovalReport> removal = RemovalQuestion.Run(cluster, question, default);
                return Node(removal, r => JsonSerializer.SerializeToNode(r, SimulationJson.Default.RemovalReport)!, new RemovalView(console).Write);
            default:
                SimulationAnswer<SimulationReport> simulation = Simulator.Run(cluster, question, default);
                return Node(simulation, r => JsonSerializer.SerializeToNode(r, SimulationJson.Default.SimulationReport)!, new SimulationView(console).Write);
        }
    }

    private static JsonNode Node<T>(SimulationAnswer<T> answer, Func<T, JsonNode> serialize, Action<T> write)
        where T : class
    {
        if (answer.Report is not { } report)
        {
            return new JsonObject { ["errors"] = new JsonArray([.. answer.Errors.Select(e => (JsonNode?)e)]) };
        }

        write(report);
        return serialize(report);
    }
}

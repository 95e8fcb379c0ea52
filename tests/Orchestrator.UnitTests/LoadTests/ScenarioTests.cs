using Orchestrator.Cli.Commands;
using Orchestrator.Cli.LoadTests;
using Orchestrator.Cli.Manifests;
using Orchestrator.Load.Scenarios;
using Orchestrator.Model.Validation;

namespace Orchestrator.UnitTests.LoadTests;

/// <summary>Scenarios as they are read from files.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Ready => [.. ReadyMade.Names];

    [Theory]
    [MemberData(nameof(Ready))]
    public void A_ready_made_scenario_is_free_of_errors_and_named_as_its_file(string name)
    {
        var scenario = ScenarioSource.Read(name, ScenarioSource.Open(name));
        Assert.Equal(name, scenario.Name);
        Assert.NotEqual("", scenario.Description);
    }

    [Fact]
    public void All_errors_are_told_at_once_each_by_its_field()
    {
        string[] expected =
        [
            "duration", "nodes[0].name", "nodes[0].capacity.cpu", "nodes[0].capacity.memory", "nodes[0].capacity.pods", "nodes[0].count", "workloads[0].pod.spec.containers",
            "cases[0].count", "cases[0].clients", "cases[0].operation", "cases[1].arrivals.rate", "cases[1].arrivals.spacing", "faults[0].share", "faults[1].kind",
            "thresholds[0].most", "foo", "cases[1].name", "faults[0].kind", "thresholds[0].case",
        ];
        Assert.Equal(expected.Order(), Errors("""
            name: x
            measure: bind
            duration: 3x
            foo: 1
            nodes: [{name: A_b, count: 0}]
            workloads: [{name: w}]
            cases: [{name: q, operation: x, count: -1}, {name: q, arrivals: {spacing: odd}}]
            faults: [{kind: slowScheduler, share: many}, {kind: unknown}]
            thresholds: [{metric: p99Milliseconds, case: other}]
            """).Select(e => e.Path).Order());
    }

    [Fact]
    public void A_field_without_effect_on_the_measure_is_refused()
    {
        var error = Assert.Single(Errors("{name: x, measure: requests, cases: [{name: a, replicas: 3}]}"));
        Assert.Equal("cases[0].replicas", error.Path);
        Assert.Contains("known: clients, name, operation, valueBytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rounds=7")]
    [InlineData("nodes[0].count=12")]
    [InlineData("cases[0].arrivals={rate: 5}")]
    public void A_field_is_set_from_the_command_line(string assignment)
    {
        var source = ScenarioSource.Open("bind");
        var before = source.ToJsonString();
        ScenarioSource.Set(source, assignment);
        Assert.NotEqual(before, source.ToJsonString());
    }

    [Theory]
    [InlineData("rounds")]
    [InlineData("nodes[9].count=1")]
    [InlineData("nowhere.count=1")]
    [InlineData("rounds[0]=1")]
    [InlineData("=1")]
    public void A_path_that_leads_nowhere_is_refused(string assignment) =>
        Assert.Throws<CommandFailedException>(() => ScenarioSource.Set(ScenarioSource.Open("bind"), assignment));

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("1m30s", 90)]
    [InlineData("2.5s", 2.5)]
    public void Durations_are_read_as_Kubernetes_writes_them(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds, precision: 6);
    }

    private static List<FieldError> Errors(string yaml)
    {
        var errors = new List<FieldError>();
        Assert.Null(ScenarioReader.Read(ManifestReader.ReadObject("test", new StringReader(yaml)), errors));
        return errors;
    }
}

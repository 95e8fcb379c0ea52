using System.Text.Json.Nodes;
using ARSoft.Tools.Net.Dns;
using Orchestrator.Agent.Network.Dns;
using Orchestrator.Model.Json;

namespace Orchestrator.UnitTests.Network.Names;

/// <summary>Golden cases: Services and slices, questions (<c>NAME TYPE</c>), and for each what is answered.</summary>
public sealed class NameCaseTests
{
    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Answers_as_is_expected(string name)
    {
        JsonObject input = GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml"));
        var cluster = new ClusterCase(input);
        ClusterNames names = ClusterNames.Of(cluster.Services, cluster.EndpointSlices, "cluster.local");
        var answers = new JsonObject();
        foreach (string question in input.Texts("questions"))
        {
            string[] words = question.Split(' ');
            answers[question] = names.Find(words[0], Enum.Parse<RecordType>(words[1], ignoreCase: true)) switch
            {
                null => "not ours",
                { Exists: false } => "no such name",
                { Records: [] } => "no such record",
                { Records: var records } => new JsonArray([.. records.Select(r => (JsonNode)r.ToString()!)]),
            };
        }

        GoldenCases.Compare(name, answers);
    }
}

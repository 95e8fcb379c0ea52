using System.Text.Json.Nodes;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.UnitTests.Kinds;

/// <summary>
/// Golden cases, one folder each: <c>input.yaml</c> (with <c>old.yaml</c> for an update) gives <c>expected.json</c>, which holds the errors and
/// warnings where there are any, else the defaulted object.
/// </summary>
public sealed class KindCaseTests
{
    private static readonly KindRegistry Registry = BuiltInKinds.Registry();

    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_what_is_expected(string name)
    {
        JsonObject input = GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml"));
        string oldPath = GoldenCases.PathOf(name, "old.yaml");
        JsonObject? old = File.Exists(oldPath) ? GoldenCases.Read(oldPath) : null;
        IKindRules rules = Registry.FindKind((string)input["apiVersion"]!, (string)input["kind"]!)!.Rules;
        if (old is not null)
        {
            rules.Default(old);
        }

        rules.Default(input);
        string before = input.ToJsonString();
        var errors = new List<FieldError>();
        rules.Validate(input, old, errors);
        Assert.Equal(before, input.ToJsonString());

        var warnings = new List<string>();
        rules.Warn(input, warnings);
        JsonObject result = errors.Count + warnings.Count == 0 ? input : new JsonObject
        {
            ["errors"] = new JsonArray([.. errors.Select(e => (JsonNode)$"{e.Reason} {e}")]),
            ["warnings"] = new JsonArray([.. warnings.Select(w => (JsonNode)w)]),
        };
        GoldenCases.Compare(name, result);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Defaulting_twice_changes_nothing_more(string name)
    {
        JsonObject input = GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml"));
        IKindRules rules = Registry.FindKind((string)input["apiVersion"]!, (string)input["kind"]!)!.Rules;
        rules.Default(input);
        string once = input.ToJsonString();
        rules.Default(input);
        Assert.Equal(once, input.ToJsonString());
    }
}

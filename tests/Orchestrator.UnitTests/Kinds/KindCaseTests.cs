using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.UnitTests.Kinds;

/// <summary>
/// Golden cases, one folder each: <c>input.yaml</c> (with <c>old.yaml</c> for an update) gives <c>expected.json</c>, which holds the errors and
/// warnings where there are any, else the defaulted object.
/// </summary>
public sealed class KindCaseTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly KindRegistry Registry = BuiltInKinds.Registry();

    public static TheoryData<string> Cases => [.. Directory.EnumerateDirectories(Root()).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_what_is_expected(string name)
    {
        string folder = Path.Combine(Root(), name);
        JsonObject input = Read(Path.Combine(folder, "input.yaml"));
        string oldPath = Path.Combine(folder, "old.yaml");
        JsonObject? old = File.Exists(oldPath) ? Read(oldPath) : null;
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
        Compare(Path.Combine(folder, "expected.json"), result.ToJsonString(Readable) + "\n");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Defaulting_twice_changes_nothing_more(string name)
    {
        JsonObject input = Read(Path.Combine(Root(), name, "input.yaml"));
        IKindRules rules = Registry.FindKind((string)input["apiVersion"]!, (string)input["kind"]!)!.Rules;
        rules.Default(input);
        string once = input.ToJsonString();
        rules.Default(input);
        Assert.Equal(once, input.ToJsonString());
    }

    private static void Compare(string expectedPath, string actual)
    {
        // Set the variable to write new expectations, and read them in the diff before committing.
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(expectedPath, actual);
        }

        Assert.Equal(File.ReadAllText(expectedPath), actual);
    }

    private static JsonObject Read(string path)
    {
        object yaml = KubernetesYaml.Deserialize<object>(File.ReadAllText(path));
        return (JsonObject)JsonNode.Parse(KubernetesJson.Serialize(yaml))!;
    }

    private static string Root([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "cases");
}

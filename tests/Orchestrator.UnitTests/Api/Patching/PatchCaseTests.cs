using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schemas;

namespace Orchestrator.UnitTests.Api.Patching;

/// <summary>
/// Golden cases, one folder each: <c>input.yaml</c> holds a patch's type (json, merge, strategic), an object and the patch; <c>expected.json</c> the patched
/// object, or the error.
/// </summary>
public sealed class PatchCaseTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly FieldSchemas Schemas = new();

    public static TheoryData<string> Cases => [.. Directory.EnumerateDirectories(Root()).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_what_is_expected(string name)
    {
        var input = Read(Path.Combine(Root(), name, "input.yaml"));
        var target = (JsonObject)input["object"]!.DeepClone();
        JsonNode result = target;
        try
        {
            Apply((string)input["type"]!, target, input["patch"]!);
        }
        catch (PatchException e)
        {
            result = new JsonObject { ["error"] = e.Message };
        }

        Compare(Path.Combine(Root(), name, "expected.json"), result.ToJsonString(Readable) + "\n");
    }

    private static void Apply(string type, JsonObject target, JsonNode patch)
    {
        switch (type)
        {
            case "json":
                JsonPatch.Apply(target, (JsonArray)patch);
                break;
            case "merge":
                MergePatch.Apply(target, (JsonObject)patch);
                break;
            default:
                StrategicMerge.Apply(target, (JsonObject)patch, Schemas.Of(typeof(V1Pod)));
                break;
        }
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

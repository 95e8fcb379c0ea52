using System.Text.Json.Nodes;
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
    private static readonly FieldSchemas Schemas = new();

    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_what_is_expected(string name)
    {
        var input = GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml"));
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

        GoldenCases.Compare(name, result);
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
}

using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Orchestrator.Model.Schemas;
using Orchestrator.Model.Validation;

namespace Orchestrator.UnitTests.Api.CustomResources;

/// <summary>Golden cases, one folder each: a schema and an object in <c>input.yaml</c> give the errors, or else the object with its defaults.</summary>
public sealed class SchemaCaseTests
{
    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_what_is_expected(string name)
    {
        object yaml = KubernetesYaml.Deserialize<object>(File.ReadAllText(GoldenCases.PathOf(name, "input.yaml")));
        var input = (JsonObject)JsonNode.Parse(JsonSerializer.Serialize(Plain(yaml)))!;
        JsonSchema schema = JsonSchemaReader.Read((JsonObject)input["schema"]!);
        var obj = (JsonObject)input["object"]!;

        SchemaDefaulting.Run(obj, schema);
        string defaulted = obj.ToJsonString();
        var errors = new List<FieldError>();
        new SchemaValidation(errors).Run(obj, schema, "");

        Assert.Equal(defaulted, obj.ToJsonString());
        JsonNode result = errors.Count == 0 ? obj : new JsonArray([.. errors.Select(e => (JsonNode)$"{e.Reason} {e}")]);
        GoldenCases.Compare(name, result);
    }

    /// <summary>Keeps nulls, which the client's serializer drops.</summary>
    private static object? Plain(object? yaml) => yaml switch
    {
        IDictionary<object, object> map => map.ToDictionary(m => m.Key.ToString()!, m => Plain(m.Value)),
        IEnumerable<object> list => list.Select(Plain).ToList(),
        _ => yaml,
    };
}

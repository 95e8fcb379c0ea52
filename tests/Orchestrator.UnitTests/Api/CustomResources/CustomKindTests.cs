using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Schemas;

namespace Orchestrator.UnitTests.Api.CustomResources;

/// <summary>Custom kinds among the built-in ones: looking them up, their fields, their versions.</summary>
public sealed class CustomKindTests
{
    private const string Schema = """
        {"type": "object", "properties": {
          "spec": {"type": "object", "properties": {
            "size": {"x-kubernetes-int-or-string": true},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port"],
                      "items": {"type": "object", "properties": {"port": {"type": "integer"}}}}}}}}
        """;

    private static readonly ResourceKind Widget = new()
    {
        Group = "example.com",
        Version = "v1beta1",
        StorageVersion = "v1",
        Kind = "Widget",
        Plural = "widgets",
        Namespaced = true,
        Schema = JsonSchemaReader.Read((JsonObject)JsonNode.Parse(Schema)!),
    };

    [Fact]
    public void Are_served_from_the_moment_of_the_swap_until_the_next()
    {
        var kinds = new ServedKinds(BuiltInKinds.Registry());
        KindRegistry before = kinds.Current;

        kinds.ReplaceCustom([Widget]);

        Assert.Null(before.Find("example.com", "v1beta1", "widgets"));
        Assert.Same(Widget, kinds.Current.Find("example.com", "v1beta1", "widgets"));
        Assert.NotNull(kinds.Current.FindKind("v1", "Pod"));
        kinds.ReplaceCustom([]);
        Assert.Null(kinds.Current.FindKind("example.com/v1beta1", "Widget"));
    }

    [Fact]
    public void Have_field_schemas_with_list_types()
    {
        FieldSchema schema = new FieldSchemas().Of(Widget)!;

        FieldProperty ports = schema.Properties["spec"].Schema.Properties["ports"];
        Assert.Equal(ListType.Map, ports.ListType);
        Assert.Equal(["port"], ports.ListMapKeys);
        Assert.Equal("com.example.v1beta1.Widget", schema.TypeName);
        Assert.Equal("V1ObjectMeta", schema.Properties["metadata"].Schema.TypeName);
    }

    [Fact]
    public void Lose_what_their_schema_does_not_have()
    {
        FieldSchema schema = new FieldSchemas().Of(Widget)!;
        var obj = (JsonObject)JsonNode.Parse("""{"spec": {"size": 1, "typo": 2, "free": {"x": {"y": 1}}, "ports": [{"port": 1, "no": 1}]}, "extra": 1}""")!;

        SchemaCheck check = SchemaCheck.Run(obj, schema);
        Pruning.Run(obj, schema);

        Assert.Equal(["spec.typo", "spec.ports[0].no", "extra"], check.UnknownFields);
        Assert.Equal("""{"spec":{"size":1,"free":{"x":{"y":1}},"ports":[{"port":1}]}}""", obj.ToJsonString());
    }

    [Fact]
    public void Are_served_in_the_version_that_is_asked_for()
    {
        byte[] stored = Encoding.UTF8.GetBytes("""{"kind":"Widget","apiVersion":"example.com/v1","metadata":{}}""");

        Assert.Equal("""{"kind":"Widget","apiVersion":"example.com/v1beta1","metadata":{}}""", Encoding.UTF8.GetString(ServedVersion.Of(Widget, stored).Span));
        Assert.False(ServedVersion.IsOutdated(Widget, stored));
        Assert.Equal(stored, ServedVersion.Serialize(Widget, ServedVersion.Parse(Widget, stored)));
    }

    [Theory]
    [InlineData("^[a-z]+$", "abc\n", false)]
    [InlineData(@"^\d+$", "٣", false)]
    [InlineData("^[][]$", "[", true)]
    [InlineData("^(?P<x>a|b)$", "b", true)]
    public void Patterns_mean_what_they_mean_in_Go(string pattern, string text, bool matches) =>
        Assert.Equal(matches, GoPattern.TryCompile(pattern, out _)!.IsMatch(text));
}

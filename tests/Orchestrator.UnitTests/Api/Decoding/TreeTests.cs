using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using k8s.Models;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Schemas;

namespace Orchestrator.UnitTests.Api.Decoding;

public sealed class TreeTests
{
    private const int Depth = 64;

    [Fact]
    public void Duplicates_are_reported_and_the_last_counts()
    {
        var duplicates = new List<JsonTree.Duplicate>();
        var node = JsonTree.Parse(Bytes("""{"a":{"b":1,"b":2},"c":null}"""), Depth, dropNulls: true, duplicates);

        Assert.Equal("""{"a":{"b":2}}""", node!.ToJsonString());
        Assert.Equal("b", Assert.Single(duplicates).Name);
        Assert.Equal("$.a", duplicates[0].Parent.GetPath());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("[1,]")]
    [InlineData("nothing")]
    public void What_is_not_json_is_refused(string text) =>
        Assert.ThrowsAny<JsonException>(() => JsonTree.Parse(Bytes(text), Depth, dropNulls: false));

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var text = new string('[', Depth + 1) + new string(']', Depth + 1);
        Assert.ThrowsAny<JsonException>(() => JsonTree.Parse(Bytes(text), Depth, dropNulls: false));
        Assert.Throws<JsonException>(() => YamlTree.Parse(new StringReader(text), Depth));
    }

    [Fact]
    public void Any_object_survives_the_tree() =>
        Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 0, 9], Gen.Long).Sample(map =>
        {
            var text = JsonSerializer.Serialize(map);
            var tree = JsonTree.Parse(Bytes(text), Depth, dropNulls: false);
            return JsonNode.DeepEquals(tree, JsonNode.Parse(text));
        });

    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: \"1\"", """{"a":"1"}""")]
    [InlineData("a: 0x1f", """{"a":31}""")]
    [InlineData("a: 0o17", """{"a":15}""")]
    [InlineData("a: 1.5", """{"a":1.5}""")]
    [InlineData("a: yes", """{"a":"yes"}""")]
    [InlineData("a: true", """{"a":true}""")]
    [InlineData("a: ~", """{"a":null}""")]
    [InlineData("a: 100m", """{"a":"100m"}""")]
    [InlineData("a: &x [1, 2]\nb: *x", """{"a":[1,2],"b":[1,2]}""")]
    [InlineData("a: |\n  one\n  two\n", """{"a":"one\ntwo\n"}""")]
    public void Yaml_becomes_json(string yaml, string json) =>
        Assert.Equal(json, YamlTree.Parse(new StringReader(yaml), Depth)!.ToJsonString());

    [Fact]
    public void Aliases_cannot_grow_a_small_body_into_a_large_tree()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 9; i++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }

        var refused = Assert.Throws<JsonException>(() => YamlTree.Parse(new StringReader(bomb.ToString()), Depth));
        Assert.Contains("aliases", refused.Message);
    }

    [Fact]
    public void Unknown_fields_and_wrong_types_are_found_with_their_paths()
    {
        var pod = (JsonObject)JsonNode.Parse(
            """{"kind":"Pod","spec":{"containers":[{"name":1,"imge":"x","resources":{"limits":{"cpu":1,"memory":"1Gi"}}}],"terminationGracePeriodSeconds":"3"},"extra":{}}""")!;
        var check = SchemaCheck.Run(pod, new FieldSchemas().Of(typeof(V1Pod)));

        Assert.Equal(["spec.containers[0].imge", "extra"], check.UnknownFields);
        Assert.Equal(
            ["spec.containers[0].name: expected a string, got a number", "spec.terminationGracePeriodSeconds: expected an integer, got a string"],
            check.Mismatches);
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}

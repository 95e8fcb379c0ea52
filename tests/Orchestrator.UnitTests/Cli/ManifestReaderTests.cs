using System.Text.Json.Nodes;
using Orchestrator.Cli.Manifests;
using Orchestrator.Cli.Output;

namespace Orchestrator.UnitTests.Cli;

public sealed class ManifestReaderTests
{
    [Fact]
    public void Reads_every_document_and_unfolds_lists()
    {
        var manifests = Read(
            """
            ---
            # only a comment
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}
            ---
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Pod, metadata: {name: two, namespace: n}}
            - {apiVersion: v1, kind: Pod, metadata: {name: three}}
            """);
        Assert.Equal(["one", "two", "three"], manifests.Select(manifest => manifest.Name));
        Assert.Equal("n", manifests[1].Namespace);
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("-1", "-1")]
    [InlineData("0.5", "0.5")]
    [InlineData("1e3", "1000")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("true", "true")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("~", "null")]
    [InlineData("100m", "\"100m\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    public void Types_scalars_as_JSON_does(string yaml, string json)
    {
        var manifest = Read($"{{apiVersion: v1, kind: X, metadata: {{name: x}}, value: {yaml}}}").Single();
        Assert.Equal(json, manifest.Body["value"]?.ToJsonString() ?? "null");
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {}", "metadata.name")]
    [InlineData("apiVersion: v1\nmetadata: {name: x}", "kind")]
    [InlineData("kind: Pod\nmetadata: {name: x}", "apiVersion")]
    [InlineData("- 1", "document 1 is not an object")]
    [InlineData("a: [", "file.yaml:")]
    public void Names_what_is_wrong_and_where(string yaml, string expected) =>
        Assert.Contains(expected, Assert.Throws<ManifestException>(() => Read(yaml)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"a":"yes","b":"1","c":"","d":[],"e":{},"f":[1,{"g":null,"h":true}],"i":"two\nlines\n","j":"- x","k":"a: b","l":"~","m":1.5}""")]
    public void What_is_written_as_YAML_reads_back_the_same(string json)
    {
        var node = JsonNode.Parse($$"""{"apiVersion":"v1","kind":"X","metadata":{"name":"x"},"value":{{json}}}""")!;
        using var text = new StringWriter();
        YamlText.Write(text, node);
        Assert.Equal(node.ToJsonString(), Read(text.ToString()).Single().Body.ToJsonString());
    }

    private static IReadOnlyList<Manifest> Read(string yaml) => ManifestReader.Read("file.yaml", new StringReader(yaml));
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Store;

namespace Orchestrator.UnitTests.Store;

public sealed class RevisionSpliceTests
{
    [Theory]
    [InlineData("""{"metadata":{}}""", """{"metadata":{"resourceVersion":"7"}}""")]
    [InlineData("""{"metadata":{ }}""", """{"metadata":{"resourceVersion":"7" }}""")]
    [InlineData("""{"metadata":{"name":"a"}}""", """{"metadata":{"resourceVersion":"7","name":"a"}}""")]
    [InlineData("""{"spec":{"metadata":{"name":"inner"}},"metadata" : {"name":"a"}}""", """{"spec":{"metadata":{"name":"inner"}},"metadata" : {"resourceVersion":"7","name":"a"}}""")]
    public void Inserts_the_revision_as_the_first_member_of_metadata(string json, string expected) =>
        Assert.Equal(expected, Text(RevisionSplice.Insert(Bytes(json), 7)));

    [Theory]
    [InlineData("""{"metadata":{"resourceVersion":"7"}}""", """{"metadata":{}}""")]
    [InlineData("""{"metadata":{"name":"a","resourceVersion":"7"}}""", """{"metadata":{"name":"a"}}""")]
    [InlineData("""{"metadata":{"name":"a", "resourceVersion":"7" , "uid":"u"}}""", """{"metadata":{"name":"a",  "uid":"u"}}""")]
    [InlineData("""{"spec":{"resourceVersion":"1"},"metadata":{"labels":{"resourceVersion":"2"}}}""", """{"spec":{"resourceVersion":"1"},"metadata":{"labels":{"resourceVersion":"2"}}}""")]
    [InlineData("""{"kind":"Status"}""", """{"kind":"Status"}""")]
    public void Strips_only_the_revision_of_the_object_itself(string json, string expected) =>
        Assert.Equal(expected, Text(RevisionSplice.Strip(Bytes(json))));

    [Fact]
    public void Stripping_undoes_inserting_byte_for_byte() => Objects.Sample((json, revision) =>
        RevisionSplice.Strip(RevisionSplice.Insert(Bytes(json), revision)).SequenceEqual(Bytes(json)));

    [Fact]
    public void What_is_inserted_is_what_a_parser_reads_and_nothing_else_changes() => Objects.Sample((json, revision) =>
    {
        var parsed = JsonNode.Parse(RevisionSplice.Insert(Bytes(json), revision))!;
        var metadata = parsed["metadata"]!.AsObject();
        Assert.Equal($"{revision}", (string?)metadata["resourceVersion"]);
        metadata.Remove("resourceVersion");
        Assert.True(JsonNode.DeepEquals(parsed, JsonNode.Parse(json)));
    });

    [Fact]
    public void Replacing_leaves_one_revision() => Objects.Sample((json, revision) =>
        RevisionSplice.Replace(RevisionSplice.Insert(Bytes(json), 1), revision).SequenceEqual(RevisionSplice.Insert(Bytes(json), revision)));

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"kind":"Pod"}""")]
    [InlineData("""{"metadata":1}""")]
    public void Refuses_what_has_no_metadata(string json) =>
        Assert.ThrowsAny<JsonException>(() => RevisionSplice.Insert(Bytes(json), 1));

    /// <summary>Objects as text with any strings in them, indented or not, metadata at any place, with a revision.</summary>
    private static Gen<(string Json, long Revision)> Objects { get; } =
        from members in Gen.Dictionary(Gen.String, Gen.String)[0, 4]
        from metadata in Gen.Dictionary(Gen.String, Gen.String)[0, 4]
        from before in Gen.Bool
        from indented in Gen.Bool
        from revision in Gen.Long[1, long.MaxValue]
        select (Compose(members, metadata, before, indented), revision);

    private static string Compose(Dictionary<string, string> members, Dictionary<string, string> metadata, bool before, bool indented)
    {
        var rest = members.Where(m => m.Key != "metadata").Select(m => KeyValuePair.Create(m.Key, (JsonNode?)JsonValue.Create(m.Value)));
        var meta = KeyValuePair.Create("metadata", (JsonNode?)new JsonObject(
            metadata.Where(m => m.Key != "resourceVersion").Select(m => KeyValuePair.Create(m.Key, (JsonNode?)JsonValue.Create(m.Value)))));
        var all = before ? rest.Prepend(meta) : rest.Append(meta);
        return new JsonObject(all).ToJsonString(new JsonSerializerOptions { WriteIndented = indented });
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}

using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Cli.Manifests;

namespace Orchestrator.UnitTests.Cli;

public sealed class ThreeWayMergeTests
{
    [Fact]
    public void Removes_what_an_earlier_manifest_named_and_keeps_what_others_added()
    {
        var patch = ThreeWayMerge.Patch(
            Json("""{"spec":{"a":1,"gone":2}}"""),
            Json("""{"spec":{"a":3}}"""),
            Json("""{"spec":{"a":1,"gone":2,"defaulted":true},"status":{}}"""));
        Assert.Equal("""{"spec":{"a":3,"gone":null}}""", patch.ToJsonString());
    }

    [Fact]
    public void Replaces_lists_whole() => Assert.Equal(
        """{"list":[1]}""",
        ThreeWayMerge.Patch(null, Json("""{"list":[1]}"""), Json("""{"list":[1,2]}""")).ToJsonString());

    [Fact]
    public void Records_the_manifest_without_the_record_itself()
    {
        var manifest = Json("""{"metadata":{"name":"a","annotations":{"x":"y"}}}""");
        var recorded = ThreeWayMerge.Record(ThreeWayMerge.Record(manifest));
        Assert.True(JsonNode.DeepEquals(manifest, ThreeWayMerge.Recorded(recorded)));
    }

    [Fact]
    public void An_unreadable_record_removes_nothing() =>
        Assert.Null(ThreeWayMerge.Recorded(Json("""{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{"}}}""")));

    [Fact]
    public void A_patched_object_says_what_the_manifest_says() => Gen.Select(Objects, Objects, Objects).Sample((last, manifest, live) =>
    {
        var patched = live.DeepClone().AsObject();
        MergePatch(patched, ThreeWayMerge.Patch(last, manifest, live));
        return Contains(patched, manifest) && ThreeWayMerge.Patch(manifest, manifest, patched).Count == 0;
    });

    // Values are never null: a merge patch cannot set one, as RFC 7386 says.
    private static Gen<JsonObject> Objects { get; } = Tree(3);

    private static Gen<JsonObject> Tree(int depth)
    {
        var leaf = Gen.OneOf(Gen.Int[0, 3].Select(number => (JsonNode)JsonValue.Create(number)), Gen.Int[0, 2].Array[0, 2].Select(JsonNode (items) => new JsonArray([.. items.Select(item => JsonValue.Create(item))])));
        var value = depth == 0 ? leaf : Gen.OneOf(leaf, Tree(depth - 1).Select(JsonNode (inner) => inner));
        return Gen.Dictionary(Gen.Int[0, 2].Select(index => "abc".Substring(index, 1)), value)[0, 3]
            .Select((Dictionary<string, JsonNode> members) => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, (JsonNode?)member.Value.DeepClone()))));
    }

    private static void MergePatch(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner && target[name] is JsonObject child)
            {
                MergePatch(child, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    private static bool Contains(JsonObject whole, JsonObject part) => part.All(member =>
        member.Value is JsonObject inner ? whole[member.Key] is JsonObject child && Contains(child, inner) : JsonNode.DeepEquals(whole[member.Key], member.Value));

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}

using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schemas;

namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>Patches of every type, applied to a pod, and managed fields.</summary>
internal static class PatchTargets
{
    private const string Now = "2026-01-01T00:00:00Z";

    private static readonly FieldSchema Schema = new FieldSchemas().Of(typeof(V1Pod));
    private static readonly FieldShape Shape = new(Schema);
    private static readonly FieldOwner Applier = FieldOwner.Applier("a", "");

    public static IEnumerable<FuzzTarget> All =>
    [
        new("json-patch", [.. JsonPatches.Select(ParserTargets.Utf8)], TreeMutation.Mutate, RunJsonPatch),
        new("merge-patch", [.. Configurations], TreeMutation.Mutate, input => Patch<JsonObject>(input, MergePatch.Apply)),
        new("strategic-patch", [.. Configurations, .. Strategic.Select(ParserTargets.Utf8)], TreeMutation.Mutate,
            input => Patch<JsonObject>(input, (target, patch) => StrategicMerge.Apply(target, patch, Schema))),
        new("apply", [.. Configurations], TreeMutation.Mutate, Apply),
        new("managed-fields", [.. Managed.Select(ParserTargets.Utf8)], TreeMutation.Mutate, Owners),
    ];

    private static readonly string[] JsonPatches =
    [
        """[{"op":"add","path":"/spec/containers/-","value":{"name":"x"}},{"op":"remove","path":"/metadata/labels"},{"op":"replace","path":"/spec/containers/0/image","value":1}]""",
        """[{"op":"copy","from":"/spec","path":"/spec/containers/0/a"},{"op":"move","from":"/metadata","path":"/x"},{"op":"test","path":"/kind","value":"Pod"}]""",
    ];

    private static readonly string[] Strategic =
    [
        """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"b","$patch":"delete"},{"name":"a","image":"x"}],"volumes":[{"$retainKeys":["name","secret"],"name":"v","secret":{}}]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["x/a"],"$setElementOrder/finalizers":["x/b"],"labels":{"$patch":"replace","x":"y"}},"spec":{"containers":[{"$patch":"replace"},{"name":"n"}]}}""",
    ];

    private static readonly string[] Managed =
    [
        """[{"manager":"a","operation":"Apply","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{}}}}}},{"manager":"b","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","subresource":"status","fieldsV1":{"f:metadata":{"f:finalizers":{".":{},"v:\"x/a\"":{}}},"f:x":{"i:0":{}}}}]""",
        "[{}]",
    ];

    private static IEnumerable<byte[]> Configurations =>
    [
        ParserTargets.Utf8(ParserTargets.Pod),
        ParserTargets.Utf8("""{"metadata":{"name":"a","labels":null},"spec":{"containers":[{"name":"b","env":[]},{"name":"c","ports":[{"containerPort":80,"protocol":"UDP"}]}],"hostname":null}}"""),
    ];

    private static void RunJsonPatch(byte[] input) => Patch<JsonArray>(input, JsonPatch.Apply);

    private static void Patch<T>(byte[] input, Action<JsonObject, T> apply)
        where T : JsonNode
    {
        if (ParserTargets.TryParse(input) is not T patch)
        {
            return;
        }

        var target = (JsonObject)JsonNode.Parse(ParserTargets.Pod)!;
        try
        {
            apply(target, patch);
        }
        catch (PatchException)
        {
            return;
        }

        JsonTree.DropNulls(target);
        _ = target.ToJsonString();
        SchemaCheck.Run(target, Schema);
    }

    private static void Apply(byte[] input)
    {
        if (ParserTargets.TryParse(input) is not JsonObject configuration || SchemaCheck.Run(configuration, Schema) is { Mismatches.Count: > 0 } or { UnknownFields.Count: > 0 })
        {
            return;
        }

        var live = (JsonObject)JsonNode.Parse(ParserTargets.Pod)!;
        var owners = ManagedFields.Read(JsonNode.Parse(Managed[0]))!;
        try
        {
            var once = OwnershipRules.Apply(live, configuration, Shape, owners, Applier, "v1", Now, force: true).Object;
            JsonTree.DropNulls(once);
            var written = owners.Write()?.ToJsonString();
            var twice = OwnershipRules.Apply(once, configuration, Shape, owners, Applier, "v1", Now, force: false);
            JsonTree.DropNulls(twice.Object);
            ParserTargets.Require(twice.Conflicts.Count == 0 && JsonNode.DeepEquals(WithoutEmpty(twice.Object), WithoutEmpty(once)), $"applying again changes the object: {once.ToJsonString()} to {twice.Object.ToJsonString()}");
            ParserTargets.Require(owners.Write()?.ToJsonString() == written, "applying again changes the owners");
        }
        catch (PatchException)
        {
            // Refused.
        }
    }

    /// <summary>A list or map that is declared empty is not owned: it may go with what was in it, and come back empty.</summary>
    private static JsonNode? WithoutEmpty(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, WithoutEmpty(m.Value))).Where(m => m.Value is not null)) is { Count: > 0 } kept ? kept : null,
        JsonArray items => items.Count == 0 ? null : new JsonArray([.. items.Select(WithoutEmpty)]),
        _ => node?.DeepClone(),
    };

    private static void Owners(byte[] input)
    {
        if (ManagedFields.Read(ParserTargets.TryParse(input)) is { } owners)
        {
            var written = owners.Write();
            ParserTargets.Require(ManagedFields.Read(written)?.Write()?.ToJsonString() == written?.ToJsonString(), "does not read back");
        }
    }
}

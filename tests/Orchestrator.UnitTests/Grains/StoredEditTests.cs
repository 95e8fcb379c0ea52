using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Model;
using Orchestrator.Model.Devices;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.UnitTests.Grains;

/// <summary>Edits of stored bytes: they must say what they shall, and leave everything else as it was.</summary>
public sealed class StoredEditTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    // Every state in which the edited members may be found, with members around them that nobody here knows.
    private static readonly Gen<string> GenPod =
        from metadata in Gen.OneOf("""{"resourceVersion":"7","name":"p"}""", """{"name":"p","resourceVersion":"7","x":[1,{"a":"}"}]}""", """{"resourceVersion":"7"}""",
            """{"resourceVersion":"7","annotations":{"a":"{"},"b":1}""", """{"annotations":{"orchestrator.dev/assigned-devices":"{}","z":""},"resourceVersion":"7"}""")
        from spec in Gen.OneOf("{}", """{"nodeName":""}""", """{"a":1,"nodeName":"","z":{"nodeName":"not this"}}""", """{"containers":[{"name":"\"{["}]}""")
        from status in Gen.OneOf(
            "", ",\"status\":null", ",\"status\":{}", """,  "status" : {"phase":"Pending"}""", ""","status":{"conditions":[]}""", ""","status":{"conditions":null,"b":2}""",
            ""","status":{"conditions":[{"type":"Ready","status":"True"},{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"m","lastTransitionTime":"2020-01-01T00:00:00Z"}]}""")
        select $$$"""{"kind":"Pod","metadata":{{{metadata}}},"spec":{{{spec}}}{{{status}}},"other":[{"spec":{"nodeName":"nor this"}}]}""";

    [Fact]
    public void A_bind_sets_the_node_and_the_condition_and_nothing_else() => GenPod.Sample(text =>
    {
        UpdateObject bind = BindingEdit.Bind(Stored(text), "node-\"1", [new AssignedDevices("example.com/gpu", ["a", "b"])], Now);

        JsonObject expected = Parse(text);
        (expected["metadata"] as JsonObject)!.Remove("resourceVersion");
        ((JsonObject)expected["metadata"]!).ObjectOrNew("annotations")![WellKnown.AssignedDevicesAnnotation] = """{"example.com/gpu":["a","b"]}""";
        expected["spec"]!["nodeName"] = "node-\"1";
        JsonObject actual = Parse(Encoding.UTF8.GetString(bind.Body.Span));
        JsonObject scheduled = actual.Child("status").Items("conditions").Single(c => c.Item.Text("type") == "PodScheduled").Item;
        Assert.Equal("""{"type":"PodScheduled","status":"True","lastTransitionTime":"2026-05-01T12:00:00Z"}""", scheduled.ToJsonString());
        Assert.True(JsonNode.DeepEquals(WithoutCondition(expected), WithoutCondition(actual)), actual.ToJsonString());
        Assert.Equal(7, bind.ExpectedRevision);
    });

    [Fact]
    public void Saying_again_that_a_pod_fits_nowhere_writes_nothing() => GenPod.Sample(text =>
    {
        UpdateObject? first = BindingEdit.Unschedulable(Stored(text), "0/1 nodes", null, Now);
        StoredObject after = Stored(Encoding.UTF8.GetString(RevisionSplice.Insert(first!.Body.Span, 7)));
        Assert.Null(BindingEdit.Unschedulable(after, "0/1 nodes", null, Now.AddHours(1)));

        UpdateObject? other = BindingEdit.Unschedulable(after, "0/2 nodes", null, Now.AddHours(1));
        JsonObject condition = Parse(Encoding.UTF8.GetString(other!.Body.Span)).Child("status").Items("conditions").Single(c => c.Item.Text("type") == "PodScheduled").Item;
        Assert.Equal("0/2 nodes", condition.Text("message"));
        Assert.NotEqual("2026-05-01T13:00:00Z", condition.Text("lastTransitionTime"));
    });

    private static StoredObject Stored(string text) => new()
    {
        Key = new ObjectKey("pods", "default", "p"),
        Uid = "u",
        Revision = 7,
        Json = Encoding.UTF8.GetBytes(text),
        Labels = new Dictionary<string, string>(),
        Fields = new Dictionary<string, string>(),
        OwnerUids = [],
        IsTerminating = false,
    };

    // Absent, null and empty are the same state before there is a condition.
    private static JsonObject WithoutCondition(JsonObject pod)
    {
        var copy = (JsonObject)pod.DeepClone();
        JsonArray others = [.. copy.Child("status").Items("conditions").Select(c => c.Item).Where(c => c.Text("type") != "PodScheduled").Select(c => c.DeepClone())];
        if (copy["status"] is not JsonObject)
        {
            copy["status"] = new JsonObject();
        }

        copy["status"]!["conditions"] = others;
        return copy;
    }

    private static JsonObject Parse(string text) => (JsonObject)JsonNode.Parse(text)!;
}

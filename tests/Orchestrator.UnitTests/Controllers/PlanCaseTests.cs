using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;

namespace Orchestrator.UnitTests.Controllers;

/// <summary>
/// Golden cases, one folder each: <c>input.yaml</c> holds the time, a controller and what else there is; <c>expected.json</c> what one look does: every
/// change in order, the controller's status after it, what is told, and when it looks again.
/// </summary>
public sealed class PlanCaseTests
{
    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Does_what_is_expected(string name)
    {
        JsonObject input = GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml"));
        var bench = new ControllerBench(DateTimeOffset.Parse(input.Text("now") ?? "2026-05-01T12:00:00Z", CultureInfo.InvariantCulture))
        {
            Admitted = (int)(input.Integer("admitted") ?? int.MaxValue),
        };
        JsonObject controller = input.Child("controller")!;
        foreach (JsonObject obj in input.Items("objects").Select(o => (JsonObject)o.Item.DeepClone()).Append((JsonObject)controller.DeepClone()))
        {
            bench.Add(obj);
        }

        ResourceKind kind = BuiltInKinds.Registry().FindKind(controller.Text("apiVersion")!, controller.Text("kind")!)!;
        string named = controller.Child("metadata").Text("name")!;
        TimeSpan? again = null;
        long before = bench.Database.Revision;
        for (long look = input.Integer("looks") ?? 1; look > 0; look--)
        {
            again = bench.Look(kind.StorageName, named).LookAgainAfter;
        }

        JsonObject after = ClusterObjects.Read(bench.Database.All(kind.StorageName).Single());
        GoldenCases.Compare(name, new JsonObject
        {
            ["changes"] = new JsonArray([.. bench.Database.Log.Skip((int)before).Select(Describe)]),
            ["annotations"] = after.Child("metadata")?["annotations"]?.DeepClone(),
            ["status"] = after["status"]?.DeepClone(),
            ["events"] = new JsonArray([.. bench.Events.Select(e => (JsonNode)$"{(e.IsWarning ? "Warning" : "Normal")} {e.Reason}: {e.Message}")]),
            ["looksAgainAfter"] = again?.ToString(),
        });
    }

    private static JsonNode Describe(Change change)
    {
        JsonObject obj = ClusterObjects.Read(change.Object);
        string what = change.Type switch
        {
            ChangeType.Deleted => "deletes",
            ChangeType.Created => "creates",
            _ => change.Previous is { IsTerminating: false } && change.Object.IsTerminating ? "ends" : "updates",
        };
        string size = change.Object.Key.Resource == "replicasets.apps" ? $" to {obj.Child("spec").Integer("replicas")}" : "";
        string owners = string.Join(',', change.Object.OwnerUids);
        string labels = change.Object.Key.Resource == "pods" && change.Type == ChangeType.Created
            ? " with " + string.Join(',', change.Object.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))
            : "";
        return $"{what} {change.Object.Key}{size}{labels}{(owners.Length > 0 ? $" of {owners}" : "")}";
    }
}

using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schemas;

namespace Orchestrator.UnitTests.Api.Ownership;

/// <summary>
/// Golden cases, one folder each: <c>input.yaml</c> holds the name of a client type and steps, each an apply or an update with a manager and an object;
/// <c>expected.json</c> what each step gives: the conflicts, or the object and what each manager then owns.
/// </summary>
public sealed class ApplyCaseTests
{
    private static readonly FieldSchemas Schemas = new();

    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_what_is_expected(string name)
    {
        var input = GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml"));
        var shape = new FieldShape(Schemas.Of(typeof(V1Pod).Assembly.GetType($"k8s.Models.{input["type"]}", throwOnError: true)!));
        var live = new JsonObject();
        var owners = new ManagedFields();
        var results = new JsonArray();
        foreach (var step in input["steps"]!.AsArray().OfType<JsonObject>())
        {
            (live, var result) = Run(step, live, owners, shape, $"2026-01-01T00:00:0{results.Count}Z");
            results.Add(result);
        }

        GoldenCases.Compare(name, results);
    }

    private static (JsonObject Live, JsonObject Result) Run(JsonObject step, JsonObject live, ManagedFields owners, FieldShape shape, string now)
    {
        var manager = (string)step["manager"]!;
        var obj = (JsonObject)(step["apply"] ?? step["update"])!.DeepClone();
        if (step["update"] is not null)
        {
            OwnershipRules.Update(live.Count == 0 ? null : live, obj, shape, owners, FieldOwner.Updater(manager, "v1", ""), "v1", now);
            return (obj, State(obj, owners));
        }

        try
        {
            // The rules bring the owners up to date in place, also where the apply is refused in the end: so on a copy, as the server reads them anew.
            var tried = ManagedFields.Read(owners.Write()?.DeepClone())!;
            var applied = OwnershipRules.Apply(live, obj, shape, tried, FieldOwner.Applier(manager, ""), "v1", now, (bool?)step["force"] == true);
            if (applied.Conflicts.Count > 0)
            {
                return (live, new JsonObject { ["conflict"] = ApplyConflict.Of(applied.Conflicts).Message });
            }

            owners.Entries.Clear();
            foreach (var (key, entry) in tried.Entries)
            {
                owners.Entries[key] = entry;
            }

            JsonTree.DropNulls(applied.Object);
            return (applied.Object, State(applied.Object, owners));
        }
        catch (PatchException e)
        {
            return (live, new JsonObject { ["error"] = e.Message });
        }
    }

    private static JsonObject State(JsonObject obj, ManagedFields owners) => new()
    {
        ["object"] = obj.DeepClone(),
        ["owners"] = new JsonObject(owners.Write()?.Select(e => KeyValuePair.Create(
            $"{e!["manager"]} {e["operation"]} {e["time"]}", e["fieldsV1"]?.DeepClone())) ?? []),
    };
}

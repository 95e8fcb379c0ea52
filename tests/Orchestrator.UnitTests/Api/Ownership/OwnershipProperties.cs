using System.Text.Json.Nodes;
using CsCheck;
using k8s.Models;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Schemas;

namespace Orchestrator.UnitTests.Api.Ownership;

/// <summary>What holds for whatever several managers apply to one object, in any order.</summary>
public sealed class OwnershipProperties
{
    private const string Now = "2026-01-01T00:00:00Z";

    private static readonly FieldShape Shape = new(new FieldSchemas().Of(typeof(V1Pod)));

    private static readonly Gen<string> Small = Gen.Int[0, 2].Select(i => "abc"[i].ToString());

    private static readonly Gen<JsonObject> Container =
        from image in Small
        from env in Gen.Dictionary(Small, Small)[0, 2]
        from tty in Gen.Bool
        select Build(image, env, tty);

    private static readonly Gen<JsonObject> Configurations =
        from labels in Gen.Dictionary(Small, Small)[0, 3]
        from finalizers in Small.HashSet[0, 3]
        from selector in Gen.Dictionary(Small, Small)[0, 2]
        from containers in Gen.Dictionary(Small, Container)[0, 3]
        select Build(labels, finalizers, selector, containers);

    private static readonly Gen<(string Manager, bool Applies, JsonObject Object)> Steps =
        Gen.Select(Small, Gen.Int[0, 3].Select(i => i > 0), Configurations);

    [Fact]
    public void Applying_twice_is_applying_once() => Steps.List[1, 6].Sample(
        steps =>
        {
            var (live, owners) = Run(steps);
            var last = steps[^1];
            if (!last.Applies)
            {
                return true;
            }

            var before = owners.Write()?.ToJsonString();
            var again = OwnershipRules.Apply(live, last.Object, Shape, owners, FieldOwner.Applier(last.Manager, ""), "v1", "2026-02-02T00:00:00Z", force: false);
            JsonTree.DropNulls(again.Object);
            return again.Conflicts.Count == 0 && JsonNode.DeepEquals(again.Object, live) && owners.Write()?.ToJsonString() == before;
        },
        iter: 2_000);

    [Fact]
    public void What_was_applied_last_is_in_the_object_and_its_manager_owns_just_that() => Steps.List[1, 6].Sample(
        steps =>
        {
            var (live, owners) = Run(steps);
            var (manager, applies, configuration) = steps[^1];
            if (!applies)
            {
                return JsonNode.DeepEquals(live, configuration);
            }

            var owned = owners.Entries.GetValueOrDefault(FieldOwner.Applier(manager, ""))?.Fields ?? FieldSet.Empty;
            var declared = FieldSets.Declared(configuration, Shape).Except(FieldSet.Path("f:metadata", "f:name"));
            return owned.SetEquals(declared) && declared.Except(FieldSets.Present(live, Shape)).IsEmpty
                && FieldComparison.Of(live, StructuredMerge.Merge(live, configuration, Shape), Shape).Changed.IsEmpty;
        },
        iter: 2_000);

    [Fact]
    public void An_object_that_is_only_applied_has_no_field_that_nobody_owns() => Steps.List[1, 6].Sample(
        steps =>
        {
            var (live, owners) = Run([.. steps.Where(s => s.Applies)]);
            var all = owners.Entries.Values.Aggregate(FieldSet.Path("f:metadata", "f:name"), (sum, entry) => sum.Union(entry.Fields));
            return FieldSets.Present(live, Shape).Except(all).IsEmpty;
        },
        iter: 2_000);

    [Fact]
    public void Owners_are_read_back_as_they_were_written() => Steps.List[1, 6].Sample(
        steps =>
        {
            var (_, owners) = Run(steps);
            var json = owners.Write();
            return ManagedFields.Read(json)!.Write()?.ToJsonString() == json?.ToJsonString();
        },
        iter: 1_000);

    private static (JsonObject Live, ManagedFields Owners) Run(IReadOnlyList<(string Manager, bool Applies, JsonObject Object)> steps)
    {
        var live = new JsonObject();
        var owners = new ManagedFields();
        foreach (var (manager, applies, obj) in steps)
        {
            if (applies)
            {
                live = OwnershipRules.Apply(live, obj, Shape, owners, FieldOwner.Applier(manager, ""), "v1", Now, force: true).Object;
                JsonTree.DropNulls(live);
            }
            else
            {
                OwnershipRules.Update(live, obj, Shape, owners, FieldOwner.Updater(manager, "v1", ""), "v1", Now);
                live = obj;
            }
        }

        return (live, owners);
    }

    private static JsonObject Build(string image, Dictionary<string, string> env, bool tty)
    {
        var container = new JsonObject { ["image"] = image };
        if (env.Count > 0)
        {
            container["env"] = new JsonArray([.. env.Select(e => new JsonObject { ["name"] = e.Key, ["value"] = e.Value })]);
        }

        if (tty)
        {
            container["tty"] = true;
        }

        return container;
    }

    private static JsonObject Build(
        Dictionary<string, string> labels, HashSet<string> finalizers, Dictionary<string, string> selector, Dictionary<string, JsonObject> containers)
    {
        var metadata = new JsonObject { ["name"] = "p" };
        AddUnlessEmpty(metadata, "labels", Map(labels));
        if (finalizers.Count > 0)
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]);
        }

        var spec = new JsonObject();
        AddUnlessEmpty(spec, "nodeSelector", Map(selector));
        if (containers.Count > 0)
        {
            spec["containers"] = new JsonArray([.. containers.Select(Named)]);
        }

        var pod = new JsonObject { ["metadata"] = metadata };
        AddUnlessEmpty(pod, "spec", spec);
        return pod;
    }

    private static JsonObject Named(KeyValuePair<string, JsonObject> container)
    {
        var named = (JsonObject)container.Value.DeepClone();
        named.Insert(0, "name", container.Key);
        return named;
    }

    private static JsonObject Map(Dictionary<string, string> map) => new(map.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));

    private static void AddUnlessEmpty(JsonObject parent, string name, JsonObject child)
    {
        if (child.Count > 0)
        {
            parent[name] = child;
        }
    }
}

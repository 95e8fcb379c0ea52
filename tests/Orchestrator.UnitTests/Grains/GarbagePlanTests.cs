using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.Grains;

public sealed class GarbagePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_object_goes_when_all_its_owners_have_gone_and_not_before()
    {
        StoredObject owned = Object("owned", owners: [("a", false), ("b", false)]);

        Assert.IsType<DeleteObject>(Assert.Single(Plan(owned, OwnerState.Absent).Mutations));
        Assert.Equal(ReconcilePlan.Gone, Plan(owned, OwnerState.Solid));
        Assert.Equal(ReconcilePlan.Gone, Plan(Object("free"), OwnerState.Absent));
    }

    [Fact]
    public void While_one_owner_stays_the_references_to_those_that_have_gone_are_dropped()
    {
        StoredObject owned = Object("owned", owners: [("a", false), ("b", false), ("c", false)]);

        JsonObject after = After(Plan(owned, r => r.Uid switch { "a" => OwnerState.Solid, "b" => OwnerState.Absent, _ => OwnerState.Waiting }));

        Assert.Equal("a", Assert.Single(after.Child("metadata").Items("ownerReferences")).Item.Text("uid"));
    }

    [Fact]
    public void Nothing_is_done_while_an_owner_cannot_be_looked_up()
    {
        StoredObject owned = Object("owned", owners: [("a", false), ("b", false)]);

        Assert.Equal(ReconcilePlan.Gone, Plan(owned, r => r.Uid == "a" ? OwnerState.UnknownKind : OwnerState.Absent));
    }

    [Fact]
    public void An_owner_in_another_namespace_is_none_and_that_is_told()
    {
        StoredObject owned = Object("owned", owners: [("a", false)]);

        ReconcilePlan plan = Plan(owned, OwnerState.ElsewhereNamespace);

        Assert.IsType<DeleteObject>(Assert.Single(plan.Mutations));
        Assert.Equal("OwnerRefInvalidNamespace", Assert.Single(plan.Events).Reason);
        ReconcilePlan clusterScoped = Plan(owned, OwnerState.NamespacedOfClusterScoped);
        Assert.Empty(clusterScoped.Mutations);
        Assert.Equal("OwnerRefInvalidNamespace", Assert.Single(clusterScoped.Events).Reason);
    }

    [Fact]
    public void An_owner_deleted_in_the_foreground_waits_for_those_that_block_it_and_no_others()
    {
        StoredObject owner = Object("owner", finalizers: [GarbageFinalizers.Foreground], isTerminating: true);
        StoredObject blocking = Object("blocking", owners: [(owner.Uid, true)]);
        StoredObject other = Object("other", owners: [(owner.Uid, false)]);

        Assert.Equal(ReconcilePlan.Gone, Plan(owner, OwnerState.Solid, blocking, other));
        Assert.IsType<DeleteObject>(Assert.Single(Plan(owner, OwnerState.Solid, other).Mutations));
    }

    [Fact]
    public void Other_finalizers_hold_an_owner_whose_dependents_have_gone()
    {
        StoredObject owner = Object("owner", finalizers: [GarbageFinalizers.Foreground, "example.com/hold"], isTerminating: true);

        Assert.Equal(["example.com/hold"], After(Plan(owner, OwnerState.Solid)).Child("metadata").Texts("finalizers"));
    }

    [Fact]
    public void What_a_waiting_owner_owns_is_deleted_in_the_foreground_where_it_owns_others_itself()
    {
        StoredObject middle = Object("middle", owners: [("top", true)]);
        StoredObject leaf = Object("leaf", owners: [(middle.Uid, true)]);

        JsonObject after = After(Plan(middle, OwnerState.Waiting, leaf));

        Assert.Equal([GarbageFinalizers.Foreground], after.Child("metadata").Texts("finalizers"));
        Assert.NotNull(after.Child("metadata").Text("deletionTimestamp"));
        Assert.IsType<DeleteObject>(Assert.Single(Plan(middle, OwnerState.Waiting).Mutations));
    }

    [Fact]
    public void A_circle_is_broken_by_not_blocking_owners_any_more()
    {
        StoredObject middle = Object("middle", owners: [("top", true)]);
        StoredObject top = Object("top", owners: [(middle.Uid, true)], finalizers: [GarbageFinalizers.Foreground], isTerminating: true);

        JsonObject after = After(Plan(middle, OwnerState.Waiting, top));

        Assert.False(Assert.Single(after.Child("metadata").Items("ownerReferences")).Item.Flag("blockOwnerDeletion"));
        Assert.Equal([GarbageFinalizers.Foreground], after.Child("metadata").Texts("finalizers"));
    }

    [Fact]
    public void Orphans_lose_the_reference_first_and_then_the_owner_is_let_go()
    {
        StoredObject owner = Object("owner", finalizers: [GarbageFinalizers.Orphan], isTerminating: true);
        StoredObject owned = Object("owned", owners: [(owner.Uid, true), ("other", false)]);

        ReconcilePlan first = Plan(owner, OwnerState.Solid, owned);

        Assert.Equal("other", Assert.Single(After(first).Child("metadata").Items("ownerReferences")).Item.Text("uid"));
        Assert.Equal(TimeSpan.Zero, first.LookAgainAfter);
        Assert.IsType<DeleteObject>(Assert.Single(Plan(owner, OwnerState.Solid).Mutations));
    }

    private static StoredObject Object(string name, (string Uid, bool Blocks)[]? owners = null, string[]? finalizers = null, bool isTerminating = false)
    {
        JsonObject obj = ClusterObjects.Pod(name);
        JsonNode metadata = obj["metadata"]!;
        obj["kind"] = "ConfigMap";
        if (owners is not null)
        {
            metadata["ownerReferences"] = new JsonArray([.. owners.Select(o => new JsonObject
            {
                ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["name"] = o.Uid, ["uid"] = o.Uid, ["blockOwnerDeletion"] = o.Blocks,
            })]);
        }

        if (finalizers is not null)
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(f => JsonValue.Create(f))]);
        }

        if (isTerminating)
        {
            metadata["deletionTimestamp"] = "2026-05-01T11:00:00Z";
            metadata["deletionGracePeriodSeconds"] = 0;
        }

        return StoredObjects.Of("configmaps", obj);
    }

    private static ReconcilePlan Plan(StoredObject stored, OwnerState state, params StoredObject[] dependents) => Plan(stored, _ => state, dependents);

    private static ReconcilePlan Plan(StoredObject stored, Func<OwnerReference, OwnerState> stateOf, params StoredObject[] dependents) =>
        GarbagePlan.Plan(new GarbageView(stored, BuiltInKinds.Registry().FindStored("configmaps")!, dependents, stateOf, Now));

    private static JsonObject After(ReconcilePlan plan) =>
        (JsonObject)JsonNode.Parse(Encoding.UTF8.GetString(Assert.IsType<UpdateObject>(Assert.Single(plan.Mutations)).Body.Span))!;
}

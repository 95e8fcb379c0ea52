using System.Text.Json.Nodes;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Rbac;
using Orchestrator.Model.Json;

namespace Orchestrator.UnitTests.Security;

public sealed class RbacTests
{
    private static readonly UserInfo Alice = new("alice", ["dev", "system:authenticated"]);
    private static readonly UserInfo Robot = new("system:serviceaccount:team:robot", ["system:serviceaccounts"]);

    private static readonly FixedStore Store = new(
        (RbacResources.ClusterRoles, "{metadata: {name: reader}, rules: [{apiGroups: [''], resources: [pods, pods/log, '*/scale'], verbs: [get, list]}, {nonResourceURLs: [/metrics, '/debug/*'], verbs: [get]}]}"),
        (RbacResources.Roles, "{metadata: {name: one, namespace: team}, rules: [{apiGroups: [''], resources: [configmaps], resourceNames: [settings], verbs: ['*']}]}"),
        (RbacResources.ClusterRoles, "{metadata: {name: all}, rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]}"),
        (RbacResources.ClusterRoleBindings, "{metadata: {name: readers}, roleRef: {kind: ClusterRole, name: reader}, subjects: [{kind: Group, name: dev}]}"),
        (RbacResources.ClusterRoleBindings, "{metadata: {name: lost}, roleRef: {kind: ClusterRole, name: ghost}, subjects: [{kind: User, name: alice}]}"),
        (RbacResources.RoleBindings, "{metadata: {name: settings, namespace: team}, roleRef: {kind: Role, name: one}, subjects: [{kind: User, name: alice}, {kind: ServiceAccount, name: robot}]}"),
        (RbacResources.RoleBindings, "{metadata: {name: owner, namespace: own}, roleRef: {kind: ClusterRole, name: all}, subjects: [{kind: ServiceAccount, name: robot, namespace: team}]}"));

    [Theory]
    [InlineData("get", "", "pods", "", "any", "p", true)]
    [InlineData("list", "", "pods", "", "", "", true)]
    [InlineData("get", "", "pods", "log", "any", "p", true)]
    [InlineData("get", "", "pods", "exec", "any", "p", false)]
    [InlineData("create", "", "pods", "", "any", "", false)]
    [InlineData("get", "apps", "pods", "", "any", "p", false)]
    [InlineData("get", "", "services", "scale", "any", "s", true)]
    [InlineData("get", "", "services", "", "any", "s", false)]
    [InlineData("delete", "", "configmaps", "", "team", "settings", true)]
    [InlineData("delete", "", "configmaps", "", "team", "others", false)]
    [InlineData("create", "", "configmaps", "", "team", "", false)]
    [InlineData("delete", "", "configmaps", "", "own", "settings", false)]
    public void A_user_may_what_bindings_of_the_user_or_a_group_grant(string verb, string group, string resource, string subresource, string ns, string name, bool allowed) =>
        Assert.Equal(allowed, Snapshot().Allows(Alice, AskedRequest.OfResource(verb, group, "v1", resource, subresource, ns, name)) is not null);

    [Fact]
    public void A_name_may_come_from_the_field_selector()
    {
        Assert.NotNull(Snapshot().Allows(Alice, AskedRequest.OfResource("watch", "", "v1", "configmaps", "", "team", "", "metadata.name=settings")));
        Assert.Null(Snapshot().Allows(Alice, AskedRequest.OfResource("watch", "", "v1", "configmaps", "", "team", "", "metadata.name!=settings")));
        Assert.Null(Snapshot().Allows(Alice, AskedRequest.OfResource("create", "", "v1", "configmaps", "", "team", "", "metadata.name=settings")));
    }

    [Theory]
    [InlineData("get", "/metrics", true)]
    [InlineData("get", "/metricsx", false)]
    [InlineData("get", "/debug/pprof/heap", true)]
    [InlineData("post", "/metrics", false)]
    public void Paths_are_named_whole_or_by_their_beginning(string verb, string path, bool allowed) =>
        Assert.Equal(allowed, Snapshot().Allows(Alice, AskedRequest.OfPath(verb, path)) is not null);

    [Fact]
    public void A_service_account_is_its_user_and_a_namespace_is_in_itself()
    {
        var snapshot = Snapshot();
        Assert.Equal(
            "RBAC: allowed by RoleBinding \"owner/own\" of ClusterRole \"all\" to ServiceAccount \"robot/team\"",
            snapshot.Allows(Robot, AskedRequest.OfResource("get", "", "v1", "namespaces", "", "", "own")));
        Assert.NotNull(snapshot.Allows(Robot, AskedRequest.OfResource("get", "", "v1", "configmaps", "", "team", "settings")));
        Assert.Null(snapshot.Allows(Robot, AskedRequest.OfResource("get", "", "v1", "namespaces", "", "", "team")));
        Assert.Null(snapshot.Allows(Robot, AskedRequest.OfPath("get", "/metrics")));
    }

    [Fact]
    public void A_binding_to_a_role_that_is_not_there_is_told() =>
        Assert.Equal("RBAC: clusterrole.rbac.authorization.k8s.io \"ghost\" not found", Snapshot().MissingRoles(Alice, "team"));

    [Theory]
    [InlineData("{apiGroups: [''], resources: [pods], verbs: [get, list]}", "")]
    [InlineData("{apiGroups: [''], resources: [pods], verbs: [get, delete, watch]}", "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\" \"watch\"]}")]
    [InlineData("{apiGroups: [''], resources: [pods], resourceNames: [p], verbs: [get]}", "")]
    [InlineData("{apiGroups: [''], resources: ['*'], verbs: [get]}", "{APIGroups:[\"\"], Resources:[\"*\"], Verbs:[\"get\"]}")]
    [InlineData("{apiGroups: ['*'], resources: [pods], verbs: [get]}", "{APIGroups:[\"*\"], Resources:[\"pods\"], Verbs:[\"get\"]}")]
    [InlineData("{apiGroups: [''], resources: [pods], verbs: ['*']}", "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"*\"]}")]
    [InlineData("{apiGroups: [''], resources: [configmaps], resourceNames: [settings, other], verbs: [get]}", "{APIGroups:[\"\"], Resources:[\"configmaps\"], ResourceNames:[\"other\"], Verbs:[\"get\"]}")]
    [InlineData("{apiGroups: [''], resources: [configmaps], verbs: [get]}", "{APIGroups:[\"\"], Resources:[\"configmaps\"], Verbs:[\"get\"]}")]
    [InlineData("{nonResourceURLs: [/debug/heap, '/debug/x/*'], verbs: [get]}", "")]
    [InlineData("{nonResourceURLs: ['/*'], verbs: [get]}", "{NonResourceURLs:[\"/*\"], Verbs:[\"get\"]}")]
    [InlineData("{apiGroups: [''], resources: [services/scale], verbs: [get]}", "")]
    public void What_a_user_does_not_hold_is_found_piece_by_piece(string wanted, string missing)
    {
        var held = Snapshot().RulesFor(Alice, "team");
        var rule = PolicyRule.Read(FixedStore.Parse(wanted));
        Assert.Equal(missing, string.Join('\n', RuleCover.Missing(held, [rule])));
    }

    [Fact]
    public void The_bootstrap_policy_is_well_formed_and_complete()
    {
        var kinds = Orchestrator.Model.Kinds.BuiltInKinds.Registry();
        var all = BootstrapPolicy.All().ToList();
        foreach (var obj in all)
        {
            var errors = new List<Orchestrator.Model.Validation.FieldError>();
            kinds.FindKind(obj.Text("apiVersion")!, obj.Text("kind")!)!.Rules.Validate(obj, null, errors);
            Assert.Empty(errors);
            Assert.Null(PolicyRepair.Repair(obj, obj));
        }

        var roles = all.Where(o => o.Text("kind") == "ClusterRole").Select(o => o.Child("metadata").Text("name")).ToHashSet();
        Assert.All(all.Where(o => o.Text("kind") == "ClusterRoleBinding"), b => Assert.Contains(b.Child("roleRef").Text("name"), roles));
    }

    [Fact]
    public void Repair_adds_what_is_missing_and_keeps_what_was_added()
    {
        var wanted = BootstrapPolicy.All().First(o => o.Child("metadata").Text("name") == "system:basic-user");
        var present = (JsonObject)wanted.DeepClone();
        present["rules"] = new JsonArray(FixedStore.Parse("{apiGroups: [x], resources: [y], verbs: [z]}"));
        var repaired = PolicyRepair.Repair(present, wanted)!;
        Assert.Empty(RuleCover.Missing([.. repaired.Items("rules").Select(r => PolicyRule.Read(r.Item))], wanted.Items("rules").Select(r => PolicyRule.Read(r.Item))));
        Assert.Equal("y", (string?)repaired["rules"]![0]!["resources"]![0]);
        present["metadata"]!["annotations"]![BootstrapPolicy.AutoUpdate] = "false";
        Assert.Null(PolicyRepair.Repair(present, wanted));
    }

    [Fact]
    public void Aggregated_roles_gather_the_rules_of_the_roles_their_labels_select()
    {
        var store = new FixedStore(
            (RbacResources.ClusterRoles, "{metadata: {name: sum}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: 'yes'}}, {matchExpressions: [{key: extra, operator: Exists}]}]}, rules: []}"),
            (RbacResources.ClusterRoles, "{metadata: {name: a, labels: {part: 'yes'}}, rules: [{apiGroups: [''], resources: [a], verbs: [get]}]}"),
            (RbacResources.ClusterRoles, "{metadata: {name: b, labels: {extra: ''}}, rules: [{apiGroups: [''], resources: [a], verbs: [get]}, {apiGroups: [''], resources: [b], verbs: [get]}]}"),
            (RbacResources.ClusterRoles, "{metadata: {name: c}, rules: [{apiGroups: [''], resources: [c], verbs: [get]}]}"));
        var update = Assert.Single(RoleAggregation.Plan(store.List(RbacResources.ClusterRoles).Items));
        var rules = JsonNode.Parse(update.Body.Span)!["rules"]!.AsArray();
        Assert.Equal(["a", "b"], rules.Select(r => (string?)r!["resources"]![0]));
    }

    private static RbacSnapshot Snapshot() => new RbacPolicy(Store).Latest();
}

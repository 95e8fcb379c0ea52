using System.Text.Json.Nodes;
using Orchestrator.IntegrationTests.Cluster;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Security;

/// <summary>Roles, bindings and reviews through stock kubectl, every version on the machine.</summary>
public sealed class RbacTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private static int s_lastNamespace;

    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task What_kubectl_grants_holds_in_the_next_request(string program)
    {
        var (kubectl, ns) = await NamespaceAsync(program);
        string[] alice = ["--as=alice", "-n", ns];
        Assert.Equal("no", await AnswerAsync(kubectl, ["auth", "can-i", "list", "pods", .. alice]));
        (_, _, string refused) = await kubectl.TryAsync(null, ["get", "pods", .. alice]);
        Assert.Equal($"Error from server (Forbidden): pods is forbidden: User \"alice\" cannot list resource \"pods\" in API group \"\" in the namespace \"{ns}\"", refused.Trim());

        await kubectl.RunAsync("create", "role", "reader", "--verb=get,list", "--resource=pods,configmaps", "-n", ns);
        await kubectl.RunAsync("create", "rolebinding", "readers", "--role=reader", "--user=alice", "--serviceaccount=other:robot", "-n", ns);
        await kubectl.RunAsync(["get", "pods", .. alice]);
        Assert.Equal("yes", await AnswerAsync(kubectl, ["auth", "can-i", "list", "pods", .. alice]));
        Assert.Equal("no", await AnswerAsync(kubectl, ["auth", "can-i", "delete", "pods", .. alice]));
        Assert.Equal("yes", await AnswerAsync(kubectl, ["auth", "can-i", "get", "configmaps", "--as=system:serviceaccount:other:robot", "-n", ns]));
        Assert.Matches(@"(?m)^configmaps +\[\] +\[\] +\[get list\]", await kubectl.RunAsync(["auth", "can-i", "--list", .. alice]));
        Assert.Matches(@"^NAME +ROLE +AGE +USERS +GROUPS +SERVICEACCOUNTS\nreaders +Role/reader +\d+s +alice +other/robot\n$", await kubectl.RunAsync("get", "rolebinding", "-n", ns, "-o", "wide"));
        Assert.Matches(@"^NAME +CREATED AT\nreader +\d{4}-", await kubectl.RunAsync("get", "role", "-n", ns));

        await kubectl.RunAsync("delete", "rolebinding", "readers", "-n", ns);
        await Eventually.TrueAsync(async () => await AnswerAsync(kubectl, ["auth", "can-i", "list", "pods", .. alice]) == "no", "the end of the grant");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Users_learn_who_they_are(string program)
    {
        Kubectl kubectl = cluster.Server.Kubectl(program);
        string answer = await kubectl.RunAsync("auth", "whoami", "-o", "json", "--as=alice", "--as-group=dev", "--as-uid=u-1");
        JsonNode user = JsonNode.Parse(answer)!["status"]!["userInfo"]!;
        Assert.Equal("alice", (string?)user["username"]);
        Assert.Equal("u-1", (string?)user["uid"]);
        Assert.Equal(["dev", "system:authenticated"], user["groups"]!.AsArray().Select(g => (string?)g));
        Assert.Contains("kubernetes-admin", await kubectl.RunAsync("auth", "whoami"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Reconcile_changes_roles_in_place_and_replaces_bindings_whose_role_changes(string program)
    {
        var (kubectl, ns) = await NamespaceAsync(program);
        string Manifest(string verbs, string role) =>
            $$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: r, namespace: {{ns}}}
            rules: [{apiGroups: [''], resources: [pods], verbs: [{{verbs}}]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: b, namespace: {{ns}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: {{role}}, name: r}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: bob}]
            """;
        await kubectl.FeedAsync(Manifest("get", "Role"), "auth", "reconcile", "-f", "-");
        await kubectl.FeedAsync(Manifest("get, watch", "ClusterRole"), "auth", "reconcile", "-f", "-");
        Assert.Equal("ClusterRole", await kubectl.RunAsync("get", "rolebinding", "b", "-n", ns, "-o", "jsonpath={.roleRef.kind}"));
        Assert.Contains("watch", await kubectl.RunAsync("get", "role", "r", "-n", ns, "-o", "jsonpath={.rules}"), StringComparison.Ordinal);
        (_, _, string errors) = await kubectl.TryAsync(Manifest("get", "Role"), "replace", "-f", "-");
        Assert.Contains("cannot change roleRef", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_grants_what_they_do_not_hold()
    {
        var (kubectl, ns) = await NamespaceAsync(null);
        await kubectl.RunAsync("create", "rolebinding", "admins", "--clusterrole=admin", "--user=carol", "-n", ns);
        string[] carol = ["--as=carol", "-n", ns];
        await Eventually.TrueAsync(
            async () => (await kubectl.TryAsync(null, ["create", "role", "ok", "--verb=get", "--resource=pods", .. carol])).ExitCode == 0, "the rules of the role admin");
        (_, _, string role) = await kubectl.TryAsync(null, ["create", "role", "nodes", "--verb=get,delete", "--resource=nodes", .. carol]);
        Assert.Contains(
            "roles.rbac.authorization.k8s.io \"nodes\" is forbidden: user \"carol\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"delete\"]}",
            role, StringComparison.Ordinal);
        (_, _, string binding) = await kubectl.TryAsync(null, ["create", "rolebinding", "up", "--clusterrole=cluster-admin", "--user=carol", .. carol]);
        Assert.Contains("is attempting to grant RBAC permissions not currently held", binding, StringComparison.Ordinal);
        await kubectl.RunAsync(["create", "rolebinding", "down", "--clusterrole=view", "--user=dave", .. carol]);

        await kubectl.RunAsync("create", "clusterrole", $"binder-{ns}", "--verb=bind", "--resource=clusterroles.rbac.authorization.k8s.io", "--resource-name=cluster-admin");
        await kubectl.RunAsync("create", "rolebinding", "binders", $"--clusterrole=binder-{ns}", "--user=carol", "-n", ns);
        await kubectl.RunAsync(["create", "rolebinding", "up", "--clusterrole=cluster-admin", "--user=carol", .. carol]);
    }

    [Fact]
    public async Task Roles_of_custom_resources_join_the_users_roles()
    {
        Kubectl kubectl = cluster.Admin;
        await kubectl.FeedAsync(
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: cron-view, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}}, rules: [{apiGroups: [stable.example.com], resources: [crontabs], verbs: [get]}]}",
            "create", "-f", "-");
        foreach (string role in (string[])["view", "edit", "admin"])
        {
            await Eventually.TrueAsync(
                async () => (await kubectl.RunAsync("get", "clusterrole", role, "-o", "jsonpath={.rules}")).Contains("crontabs", StringComparison.Ordinal), $"the rule in {role}");
        }
    }

    [Fact]
    public async Task Impersonation_is_a_right_of_its_own()
    {
        var (kubectl, ns) = await NamespaceAsync(null);
        (_, _, string errors) = await cluster.Node.TryAsync(null, "get", "--raw", "/api/v1/namespaces/default/pods", "--as=alice");
        Assert.Contains("users \"alice\" is forbidden: User \"system:node:n1\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope", errors, StringComparison.Ordinal);
        JsonNode review = JsonNode.Parse(await kubectl.FeedAsync(
            $$$"""{"apiVersion":"authorization.k8s.io/v1","kind":"LocalSubjectAccessReview","metadata":{"namespace":"{{{ns}}}"},"spec":{"user":"x","groups":["system:masters"],"resourceAttributes":{"namespace":"{{{ns}}}","verb":"get","resource":"pods"} } }""",
            "create", "-f", "-", "-o", "json"))!;
        Assert.True((bool?)review["status"]!["allowed"]);
        (_, _, string both) = await kubectl.TryAsync(
            """{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","metadata":{},"spec":{"nonResourceAttributes":{"path":"/x","verb":"get"},"resourceAttributes":{"verb":"get"}}}""",
            "create", "-f", "-");
        Assert.Contains("cannot be specified in combination with resourceAttributes", both, StringComparison.Ordinal);
        Assert.Contains("at least one of user or group must be specified", both, StringComparison.Ordinal);
    }

    private async Task<(Kubectl Kubectl, string Namespace)> NamespaceAsync(string? program)
    {
        Kubectl kubectl = cluster.Server.Kubectl(program);
        string ns = $"rbac-{Interlocked.Increment(ref s_lastNamespace)}";
        await kubectl.RunAsync("create", "namespace", ns);
        return (kubectl, ns);
    }

    /// <summary>can-i says no by its exit code as well.</summary>
    private static async Task<string> AnswerAsync(Kubectl kubectl, string[] arguments) => (await kubectl.TryAsync(null, arguments)).Output.Trim();
}

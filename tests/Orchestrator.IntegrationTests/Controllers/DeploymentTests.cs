using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Controllers;

/// <summary>Deployments by stock kubectl, as their users roll them out, back, on and over.</summary>
public sealed class DeploymentTests(ControllerFixture fixture) : IClassFixture<ControllerFixture>
{
    public static TheoryData<string> Programs => [.. Kubectl.Span];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_deployment_is_created_rolled_undone_and_scaled(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        await kubectl.RunAsync("create", "deployment", "web", "--image=web:1", "--replicas=3");
        Assert.Contains("deployment \"web\" successfully rolled out", await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s"), StringComparison.Ordinal);
        Assert.Matches(@"NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +3/3 +3 +3 ", await kubectl.RunAsync("get", "deployments"));

        await kubectl.RunAsync("set", "image", "deployment/web", "web=web:2");
        await kubectl.RunAsync("annotate", "deployment/web", "kubernetes.io/change-cause=second");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        string history = await kubectl.RunAsync("rollout", "history", "deployment/web");
        Assert.Matches(@"REVISION +CHANGE-CAUSE\n1 +<none>\n2 +second", history);
        Assert.Contains("Image:\tweb:1", (await kubectl.RunAsync("rollout", "history", "deployment/web", "--revision=1")).Replace("        ", "\t", StringComparison.Ordinal), StringComparison.Ordinal);

        await kubectl.RunAsync("rollout", "undo", "deployment/web");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        Assert.Equal("web:1 3", await kubectl.RunAsync("get", "deployment", "web", "-o", @"jsonpath={.spec.template.spec.containers[0].image} {.metadata.annotations.deployment\.kubernetes\.io/revision}"));

        await kubectl.RunAsync("scale", "deployment/web", "--replicas=5", "--current-replicas=3");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        Assert.Equal("5 5 5", await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.status.replicas} {.status.readyReplicas} {.status.availableReplicas}"));
        Assert.Equal(2, (await kubectl.RunAsync("get", "rs", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        string events = await kubectl.RunAsync("describe", "deployment", "web");
        Assert.Contains("Scaled up replica set web-", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_deployment_waits_and_a_restarted_one_gets_new_pods()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.RunAsync("create", "deployment", "web", "--image=web:1", "--replicas=2");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        await kubectl.RunAsync("rollout", "pause", "deployment/web");
        await kubectl.RunAsync("set", "image", "deployment/web", "web=web:2");
        await kubectl.RunAsync("scale", "deployment/web", "--replicas=4");
        await EventuallyAsync(kubectl, "deployment/web", "{.status.readyReplicas} {.status.updatedReplicas}", "4 ");
        await EventuallyAsync(kubectl, "deployment/web", "{.status.conditions[?(@.type==\"Progressing\")].reason}", "DeploymentPaused");

        await kubectl.RunAsync("rollout", "resume", "deployment/web");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        string before = await kubectl.RunAsync("get", "pods", "-o", "name");
        await kubectl.RunAsync("rollout", "restart", "deployment/web");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        string after = await kubectl.RunAsync("get", "pods", "-o", "name");
        Assert.Empty(before.Split('\n', StringSplitOptions.RemoveEmptyEntries).Intersect(after.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task A_roll_out_that_does_not_get_ready_keeps_the_old_pods_and_exceeds_its_deadline()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.RunAsync("create", "deployment", "web", "--image=web:1", "--replicas=4");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        await kubectl.RunAsync("patch", "deployment", "web", "-p", "{\"spec\":{\"progressDeadlineSeconds\":3}}");
        await kubectl.RunAsync("set", "image", "deployment/web", "web=broken:2");
        (int exitCode, _, string errors) = await kubectl.TryAsync(null, "rollout", "status", "deployment/web", "--timeout=170s");

        Assert.Equal(1, exitCode);
        Assert.Contains("error: deployment \"web\" exceeded its progress deadline", errors, StringComparison.Ordinal);
        Assert.Equal("3 2", await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas} {.status.updatedReplicas}"));
        await kubectl.RunAsync("rollout", "undo", "deployment/web");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
    }

    [Fact]
    public async Task Recreate_ends_all_before_it_begins()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.RunAsync("create", "deployment", "web", "--image=web:1", "--replicas=2");
        await kubectl.RunAsync("patch", "deployment", "web", "-p", "{\"spec\":{\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":null}}}");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        await kubectl.RunAsync("set", "image", "deployment/web", "web=web:2");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        Assert.Equal("web:2 web:2", await kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].spec.containers[0].image}"));
    }

    [Theory]
    [InlineData("background", "")]
    [InlineData("foreground", "")]
    [InlineData("orphan", "2")]
    public async Task Deletion_cascades_as_asked(string cascade, string left)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.RunAsync("create", "deployment", "web", "--image=web:1", "--replicas=2");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        await kubectl.RunAsync("delete", "deployment", "web", $"--cascade={cascade}");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "rs", "-o", "jsonpath={.items[*].status.readyReplicas}") == left
                && await kubectl.RunAsync("get", "rs", "-o", "jsonpath={.items[*].metadata.ownerReferences}") == "",
            "end of what the deployment owned");
        await Eventually.TrueAsync(
            async () => (await kubectl.RunAsync("get", "pods", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == (left.Length > 0 ? 2 : 0),
            "end of the pods");
        if (left.Length > 0)
        {
            // A deployment of the same selector and template takes what was left.
            await kubectl.RunAsync("create", "deployment", "web", "--image=web:1", "--replicas=2");
            await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
            Assert.Single((await kubectl.RunAsync("get", "rs", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact]
    public async Task A_quota_holds_a_replica_set_up_and_says_so()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.RunAsync("create", "quota", "q", "--hard=pods=2");
        await kubectl.RunAsync("create", "deployment", "web", "--image=web:1", "--replicas=3");
        await EventuallyAsync(kubectl, "deployment/web", "{.status.readyReplicas} {.status.conditions[?(@.type==\"ReplicaFailure\")].reason}", "2 FailedCreate");
        Assert.Contains("exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2", await kubectl.RunAsync("describe", "rs"), StringComparison.Ordinal);

        await kubectl.RunAsync("delete", "quota", "q");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=170s");
        await EventuallyAsync(kubectl, "deployment/web", "{.status.conditions[?(@.type==\"ReplicaFailure\")].reason}", "");
    }

    private static Task EventuallyAsync(NamespacedKubectl kubectl, string name, string path, string expected)
    {
        string last = "";
        return Eventually.TrueAsync(
            async () => (last = await kubectl.RunAsync("get", name, "-o", $"jsonpath={path}")) == expected, $"{path} of {name} being {expected}", describe: () => $"It is {last}.");
    }
}

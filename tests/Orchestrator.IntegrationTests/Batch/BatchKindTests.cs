using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Batch;

/// <summary>Jobs, CronJobs and autoscalers as kubectl makes and shows them.</summary>
public sealed class BatchKindTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    /// <summary>The oldest and the newest kubectl there is.</summary>
    public static TheoryData<string> Programs => [.. new[] { Kubectl.Installed[0], Kubectl.Installed[^1] }.Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Jobs_and_cron_jobs_are_made_and_shown(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        await kubectl.RunAsync("create", "cronjob", "nightly", "--image=x", "--schedule=0 3 1 1 *", "--", "true");
        Assert.Matches(@"nightly +0 3 1 1 \* +<none> +False +0 +<none> +\S+ +nightly +x +<none>", await kubectl.RunAsync("get", "cj", "-o", "wide"));
        await kubectl.RunAsync("create", "job", "now", "--from=cronjob/nightly");
        await kubectl.RunAsync("create", "job", "other", "--image=x", "--", "false");
        string uid = await kubectl.RunAsync("get", "job", "now", "-o", "jsonpath={.metadata.uid}");
        Assert.Equal($"{uid} now", await kubectl.RunAsync(
            "get", "job", "now", "-o", @"jsonpath={.spec.selector.matchLabels.batch\.kubernetes\.io/controller-uid} {.spec.template.metadata.labels.job-name}"));
        Assert.Matches(@"other +Running +0/1 +\S* *\S+", await kubectl.RunAsync("get", "jobs"));
        Assert.Contains("Pods Statuses:", await kubectl.RunAsync("describe", "job", "now"), StringComparison.Ordinal);
        (_, _, string refused) = await kubectl.TryAsync(null, "patch", "job", "now", "-p", "{\"spec\":{\"completions\":3}}");
        Assert.Contains("spec.completions: Invalid value: 3: field is immutable", refused, StringComparison.Ordinal);
        Assert.Contains("cronjob.batch/nightly", await kubectl.RunAsync("get", "all"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Autoscalers_are_one_object_in_both_versions(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        await kubectl.RunAsync("create", "deployment", "web", "--image=x");
        await kubectl.RunAsync("autoscale", "deployment", "web", "--min=2", "--max=5", "--cpu-percent=60");
        Assert.Matches(@"web +Deployment/web +(cpu: )?<unknown>/60% +2 +5 +\d", await kubectl.RunAsync("get", "hpa"));
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.spec.replicas}") == "2", "the least replicas of the autoscaler");
        Assert.Equal("60", await kubectl.RunAsync("get", "horizontalpodautoscalers.v1.autoscaling", "web", "-o", "jsonpath={.spec.targetCPUUtilizationPercentage}"));
        Assert.Equal("60", await kubectl.RunAsync("get", "horizontalpodautoscalers.v2.autoscaling", "web", "-o", "jsonpath={.spec.metrics[0].resource.target.averageUtilization}"));
        await kubectl.RunAsync("patch", "horizontalpodautoscalers.v2.autoscaling", "web", "--type=merge", "-p", "{\"spec\":{\"behavior\":{\"scaleDown\":{\"stabilizationWindowSeconds\":10}}}}");
        await kubectl.RunAsync("patch", "horizontalpodautoscalers.v1.autoscaling", "web", "--type=merge", "-p", "{\"spec\":{\"targetCPUUtilizationPercentage\":70}}");
        Assert.Equal("70 10", await kubectl.RunAsync(
            "get", "hpa", "web", "-o", "jsonpath={.spec.metrics[0].resource.target.averageUtilization} {.spec.behavior.scaleDown.stabilizationWindowSeconds}"));
    }
}

using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Controllers;

/// <summary>Jobs and CronJobs by stock kubectl, on nodes that do at once what they are told.</summary>
public sealed class JobTests(ControllerFixture fixture) : IClassFixture<ControllerFixture>
{
    /// <summary>The oldest and the newest kubectl there is.</summary>
    public static TheoryData<string> Programs => [.. new[] { Kubectl.Installed[0], Kubectl.Installed[^1] }.Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_job_completes_and_its_pods_go_with_it(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(Job("work", "completions: 3, parallelism: 2", "done:1"), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=complete", "job/work", "--timeout=170s");
        Assert.Matches(@"work .*3/3", await kubectl.RunAsync("get", "jobs"));
        Assert.Equal("", await kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.finalizers}"));
        Assert.Equal("3  {}", await kubectl.RunAsync("get", "job", "work", "-o", "jsonpath={.status.succeeded} {.status.active} {.status.uncountedTerminatedPods}"));
        Assert.Contains("Created pod: work-", await kubectl.RunAsync("describe", "job", "work"), StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "job", "work");
        await NoPodsAsync(kubectl);
    }

    [Fact]
    public async Task Indexed_jobs_say_which_indexes_are_done_and_failing_ones_why()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(Job("indexed", "completions: 3, parallelism: 3, completionMode: Indexed", "done:1"), "create", "-f", "-");
        await kubectl.FeedAsync(Job("broken", "backoffLimit: 0", "fails:1"), "create", "-f", "-");
        await kubectl.FeedAsync(
            Job("policy", "backoffLimit: 5, podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [3]}}]}", "fails:1"), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=complete", "job/indexed", "--timeout=170s");
        Assert.Equal("0-2", await kubectl.RunAsync("get", "job", "indexed", "-o", "jsonpath={.status.completedIndexes}"));
        Assert.Equal("indexed-1", await kubectl.RunAsync("get", "pods", "-l", "batch.kubernetes.io/job-completion-index=1", "-o", "jsonpath={.items[0].spec.hostname}"));
        await kubectl.RunAsync("wait", "--for=condition=failed", "job/broken", "--timeout=170s");
        await kubectl.RunAsync("wait", "--for=condition=failed", "job/policy", "--timeout=170s");
        Assert.Equal("BackoffLimitExceeded", await kubectl.RunAsync("get", "job", "broken", "-o", "jsonpath={.status.conditions[?(@.type=='Failed')].reason}"));
        Assert.Equal("PodFailurePolicy", await kubectl.RunAsync("get", "job", "policy", "-o", "jsonpath={.status.conditions[?(@.type=='Failed')].reason}"));
    }

    [Fact]
    public async Task Suspension_ends_the_pods_and_orphans_are_let_go_of()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(Job("work", "completions: 2, parallelism: 2", "runs:1"), "create", "-f", "-");
        await ActiveAsync(kubectl, "2");
        await kubectl.RunAsync("patch", "job", "work", "-p", "{\"spec\":{\"suspend\":true}}");
        await kubectl.RunAsync("wait", "--for=condition=suspended", "job/work", "--timeout=170s");
        await NoPodsAsync(kubectl);
        Assert.Equal("", await kubectl.RunAsync("get", "job", "work", "-o", "jsonpath={.status.failed}"));
        await kubectl.RunAsync("patch", "job", "work", "-p", "{\"spec\":{\"suspend\":false}}");
        await ActiveAsync(kubectl, "2");
        await kubectl.RunAsync("delete", "job", "work", "--cascade=orphan");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.finalizers}{.items[*].metadata.ownerReferences}") == "", "orphans that nobody holds");
        Assert.Equal(2, (await kubectl.RunAsync("get", "pods", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Ended_jobs_are_deleted_when_their_time_is_over()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(Job("brief", "ttlSecondsAfterFinished: 1", "done:1"), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=delete", "job/brief", "--timeout=170s");
        await NoPodsAsync(kubectl);
    }

    [Fact]
    public async Task A_cron_job_makes_jobs_and_takes_them_with_it()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.RunAsync("create", "cronjob", "often", "--image=done:1", "--schedule=@every 1s");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "jobs", "-o", "jsonpath={.items[*].metadata.ownerReferences[*].name}") == "often", "a job of the schedule");
        string job = (await kubectl.RunAsync("get", "jobs", "-o", "name")).Split('\n')[0];
        await kubectl.RunAsync("wait", "--for=condition=complete", job, "--timeout=170s");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "cj", "often", "-o", "jsonpath={.status.lastSuccessfulTime}") != "", "the record of success");
        await kubectl.RunAsync("create", "job", "by-hand", "--from=cronjob/often");
        await kubectl.RunAsync("delete", "cronjob", "often");
        await Eventually.TrueAsync(async () => await kubectl.RunAsync("get", "jobs", "-o", "name") == "", "no jobs");
    }

    private static string Job(string name, string spec, string image) =>
        $"---\n{{apiVersion: batch/v1, kind: Job, metadata: {{name: {name}}}, spec: {{{spec}, template: {{spec: {{restartPolicy: Never, containers: [{{name: main, image: '{image}'}}]}}}}}}}}";

    private static Task NoPodsAsync(NamespacedKubectl kubectl) =>
        Eventually.TrueAsync(async () => await kubectl.RunAsync("get", "pods", "-o", "name") == "", "no pods");

    private static Task ActiveAsync(NamespacedKubectl kubectl, string count) => Eventually.TrueAsync(
        async () => await kubectl.RunAsync("get", "job", "work", "-o", "jsonpath={.status.active} {.status.ready}") == $"{count} {count}", $"{count} active pods");
}

using System.Diagnostics;
using System.Globalization;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Lab;

/// <summary>A lab of three nodes.</summary>
public sealed class ThreeNodeLab : LabFixture
{
    protected override int NodeCount => 3;
}

/// <summary>Controllers by stock kubectl, on real containers, with servers and nodes that die in the middle.</summary>
public sealed class ControllerTests(ThreeNodeLab lab) : IClassFixture<ThreeNodeLab>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_deployment_is_rolled_on_and_back_though_the_server_is_killed_in_the_middle()
    {
        await ApplyAsync(Workload("Deployment", "web", "86401", "replicas: 3"));
        await RolledAsync("deployment/web");
        await ApplyAsync(Workload("Deployment", "web", "86402", "replicas: 3"));
        await Eventually.TrueAsync(async () => (await lab.TryKubectlAsync("get", "deployment", "web", "-o", "jsonpath={.status.updatedReplicas}")).Output.Length > 0, "the first new pod", Patience);
        KillServer();
        await RolledAsync("deployment/web");
        await RunAsync("86402", 3);
        await RunAsync("86401", 0);

        await lab.KubectlAsync("rollout", "undo", "deployment/web");
        await RolledAsync("deployment/web");
        await RunAsync("86401", 3);
        Assert.Matches(@"\n2 +<none>\n3 +<none>", await lab.KubectlAsync("rollout", "history", "deployment/web"));

        await lab.KubectlAsync("rollout", "pause", "deployment/web");
        await lab.KubectlAsync("set", "env", "deployment/web", "A=b");
        await lab.KubectlAsync("scale", "deployment/web", "--replicas=2");
        await RunAsync("86401", 2);
        Assert.Equal("", await lab.KubectlAsync("get", "deployment", "web", "-o", "jsonpath={.status.updatedReplicas}"));
        await lab.KubectlAsync("rollout", "resume", "deployment/web");
        await lab.KubectlAsync("rollout", "restart", "deployment/web");
        await RolledAsync("deployment/web");
        await lab.KubectlAsync("autoscale", "deployment", "web", "--min=1", "--max=4", "--cpu-percent=80");
        Assert.Equal("web 1 4", await lab.KubectlAsync("get", "hpa", "web", "-o", "jsonpath={.spec.scaleTargetRef.name} {.spec.minReplicas} {.spec.maxReplicas}"));

        await lab.KubectlAsync("delete", "hpa/web", "deployment/web", "--cascade=foreground", "--timeout=170s");
        await RunAsync("86401", 0);
    }

    [Fact]
    public async Task Sets_and_jobs_are_carried_on_by_the_next_server()
    {
        await ApplyAsync(
            Workload("StatefulSet", "db", "86411", "replicas: 2"), Workload("DaemonSet", "each", "86412", ""),
            "{apiVersion: batch/v1, kind: Job, metadata: {name: work}, spec: {completions: 3, parallelism: 2, template: {spec: {restartPolicy: Never, terminationGracePeriodSeconds: 1, containers: [{name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '2']}]}}}}");
        KillServer();
        await RolledAsync("statefulset/db");
        await RolledAsync("daemonset/each");
        await ApplyAsync(Workload("StatefulSet", "db", "86413", "replicas: 2"), Workload("DaemonSet", "each", "86414", ""));
        KillServer();
        await RolledAsync("statefulset/db");
        await RolledAsync("daemonset/each");
        await Task.WhenAll(RunAsync("86411", 0), RunAsync("86412", 0), RunAsync("86413", 2), RunAsync("86414", 3));
        await PatientlyAsync("wait", "--for=condition=Complete", "job/work");
        Assert.Equal("3", await lab.KubectlAsync("get", "job", "work", "-o", "jsonpath={.status.succeeded}{.status.failed}"));
        await lab.KubectlAsync("delete", "sts/db", "ds/each", "job/work", "--timeout=170s");
    }

    [Fact]
    public async Task What_is_deleted_takes_its_own_along_or_leaves_it()
    {
        await ApplyAsync(Workload("Deployment", "left", "86421", "replicas: 2"));
        await RolledAsync("deployment/left");
        string pods = await PodsAsync("left");
        await lab.KubectlAsync("delete", "deployment", "left", "--cascade=orphan");
        await lab.KubectlAsync("delete", "replicasets", "-l", "app=left", "--cascade=orphan");
        await ApplyAsync(Workload("Deployment", "left", "86421", "replicas: 2"));
        await RolledAsync("deployment/left");
        await lab.KubectlAsync("delete", "deployment", "left", "--cascade=background");
        await RunAsync("86421", 0);
        Assert.NotEqual("", pods);

        await ApplyAsync(
            "{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox, imagePullPolicy: IfNotPresent, command: ['true']}]}}}}}}");
        await lab.KubectlAsync("create", "job", "now", "--from=cronjob/nightly");
        await PatientlyAsync("wait", "--for=condition=Complete", "job/now");
        await lab.KubectlAsync("delete", "cronjob/nightly", "--cascade=foreground", "--timeout=170s");
        Assert.Equal("", await lab.KubectlAsync("get", "jobs", "now", "--ignore-not-found"));
    }

    [Fact]
    public async Task A_node_is_drained_within_budgets()
    {
        await ApplyAsync(
            Workload("Deployment", "kept", "86431", "replicas: 3"), "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: kept}, spec: {minAvailable: 2, selector: {matchLabels: {app: kept}}}}");
        await RolledAsync("deployment/kept");
        await lab.KubectlAsync("drain", "lab-1", "--ignore-daemonsets", "--force", "--delete-emptydir-data", "--timeout=170s");
        Assert.DoesNotContain("lab-1", await lab.KubectlAsync("get", "pods", "-l", "app=kept", "-o", "jsonpath={.items[*].spec.nodeName}"), StringComparison.Ordinal);
        await RolledAsync("deployment/kept");
        await lab.KubectlAsync("uncordon", "lab-1");
        await lab.KubectlAsync("delete", "deployment/kept", "pdb/kept", "--timeout=170s");
    }

    [Fact]
    public async Task A_lost_nodes_pods_are_replaced_when_their_tolerations_end_and_not_doubled_when_it_returns()
    {
        const string tolerations = "tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 5}], "
            + "topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: moved}}}], ";
        await ApplyAsync(Workload("Deployment", "moved", "86441", "replicas: 3", tolerations));
        await RolledAsync("deployment/moved");
        string node = (await lab.KubectlAsync("get", "pods", "-l", "app=moved", "-o", "jsonpath={.items[0].spec.nodeName}")).Trim();
        string agent = lab.ProcessOf(node).ToString(CultureInfo.InvariantCulture);
        await SignalAsync("-STOP", agent);
        try
        {
            await Eventually.TrueAsync(
                async () => (await lab.KubectlAsync("get", "node", node, "-o", "jsonpath={.spec.taints[*].key}")).Contains("node.kubernetes.io/unreachable", StringComparison.Ordinal), "the node's loss", Patience);
            await Eventually.TrueAsync(
                async () => await lab.KubectlAsync("get", "deployment", "moved", "-o", "jsonpath={.status.availableReplicas} {.status.unavailableReplicas}") == "3 "
                    && !(await NodesOfLivingAsync()).Contains(node, StringComparer.Ordinal),
                "the lost pods' replacement",
                Patience);
        }
        finally
        {
            await SignalAsync("-CONT", agent);
        }

        await PatientlyAsync("wait", "--for=condition=Ready", $"node/{node}");
        await RunAsync("86441", 3);
        await Eventually.TrueAsync(async () => (await PodsAsync("moved")).Split(' ').Length == 3, "the end of the lost pods", Patience);
        await lab.KubectlAsync("delete", "deployment/moved", "--timeout=170s");
    }

    private async Task<string[]> NodesOfLivingAsync() => (await lab.KubectlAsync(
        "get", "pods", "-l", "app=moved", "-o", "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.spec.nodeName}} {{end}}{{end}}")).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task SignalAsync(string signal, string process) => Assert.Equal(0, (await Shell.RunAsync("kill", [signal, process], CancellationToken.None)).ExitCode);

    private void KillServer()
    {
        using var server = Process.GetProcessById(lab.ProcessOf("server"));
        server.Kill();
    }

    // Asked again where the server is just being started.
    private Task RolledAsync(string workload) => PatientlyAsync("rollout", "status", workload);

    private Task PatientlyAsync(params string[] arguments)
    {
        var last = "";
        return Eventually.TrueAsync(
            async () =>
            {
                var (exitCode, output, errors) = await lab.TryKubectlAsync([.. arguments, "--timeout=15s"]);
                last = output + errors;
                return exitCode == 0;
            },
            string.Join(' ', arguments),
            Patience,
            () => $"It is: {last}");
    }

    private static Task RunAsync(string marker, int count) =>
        Eventually.TrueAsync(() => Task.FromResult(RunningProcess.Find("sleep", marker).Count == count), $"{count} containers of {marker}", Patience, () => $"There are {RunningProcess.Find("sleep", marker).Count}");

    private Task<string> PodsAsync(string app) => lab.KubectlAsync("get", "pods", "-l", $"app={app}", "-o", "jsonpath={.items[*].metadata.uid}");

    // Asked again where the server is just being started.
    private Task ApplyAsync(params string[] manifests)
    {
        var last = "";
        return Eventually.TrueAsync(
            async () =>
            {
                var (exitCode, _, errors) = await lab.ApplyAsync(string.Join("\n---\n", manifests));
                last = errors;
                return exitCode == 0;
            },
            "applying",
            Patience,
            () => last);
    }

    private static string Workload(string kind, string name, string marker, string spec, string podSpec = "") =>
        $"{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {{{(spec.Length > 0 ? spec + ", " : "")}selector: {{matchLabels: {{app: {name}}}}}, "
        + $"template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{{podSpec}terminationGracePeriodSeconds: 1, containers: [{{name: main, image: busybox, imagePullPolicy: IfNotPresent, "
        + $"command: [sleep, '{marker}'], resources: {{requests: {{cpu: 10m, memory: 8Mi}}}}}}]}}}}}}}}";
}

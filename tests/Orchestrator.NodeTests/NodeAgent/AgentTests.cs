using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Agent.Logs;
using Orchestrator.NodeTests.Containerd;
using Orchestrator.Testing;
using Orchestrator.Testing.NodeAgent;
using Orchestrator.Testing.Containerd;

namespace Orchestrator.NodeTests.NodeAgent;

/// <summary>The whole agent against a real containerd.</summary>
public sealed class AgentTests(ContainerdNode node)
{
    private static readonly string Forever = "trap 'exit 0' TERM; echo started; while :; do sleep 0.1; done";

    [Fact]
    public async Task A_pod_runs_survives_its_agent_and_goes_without_a_trace()
    {
        var api = new ApiDouble();
        using var runtime = node.Runtime("life");
        var root = Path.Combine(node.Containerd.Directory, "agent-life");
        var first = await RunningAgent.StartAsync("life", root, api.Client(), runtime);
        api.Put(ApiDouble.PodPath("web"), Pod("life", "web", Forever));
        var running = await PhaseAsync(api, "web", "Running");
        Assert.Equal("True", Condition(running, "Ready"));
        Assert.StartsWith("containerd://", (string)running["status"]!["containerStatuses"]![0]!["containerID"]!, StringComparison.Ordinal);
        Assert.NotNull(running["status"]!["podIP"]);
        var pid = await PidAsync(runtime);
        await first.DisposeAsync();

        await using var second = await RunningAgent.StartAsync("life", root, api.Client(), runtime);
        // Proof that the second agent is at work: it runs another pod.
        api.Put(ApiDouble.PodPath("other"), Pod("life", "other", "exit 0", restartPolicy: "Never"));
        await PhaseAsync(api, "other", "Succeeded");
        Assert.Contains(pid, await PidsAsync(runtime));
        Assert.Equal(0, (int)api.Find(ApiDouble.PodPath("web"))!["status"]!["containerStatuses"]![0]!["restartCount"]!);
        Assert.Equal("started\n", await LogAsync(second, "web"));

        api.Delete(ApiDouble.PodPath("web"), graceSeconds: 30, TimeProvider.System);
        await Eventually.TrueAsync(() => Task.FromResult(api.Find(ApiDouble.PodPath("web")) is null), "the pod is deleted");
        Assert.DoesNotContain(await runtime.ListAsync(CancellationToken.None), s => s.PodName == "web");
        var uid = (string)running["metadata"]!["uid"]!;
        Assert.False(Directory.Exists(Path.Combine(root, "pods", uid)));
        Assert.False(Directory.Exists(Path.Combine(root, "pods-logs", $"default_web_{uid}")));
    }

    [Fact]
    public async Task A_pod_deleted_while_the_agent_was_away_is_removed_as_an_orphan()
    {
        var api = new ApiDouble();
        using var runtime = node.Runtime("orphan");
        var root = Path.Combine(node.Containerd.Directory, "agent-orphan");
        await using (await RunningAgent.StartAsync("orphan", root, api.Client(), runtime))
        {
            api.Put(ApiDouble.PodPath("lost"), Pod("orphan", "lost", Forever));
            await PhaseAsync(api, "lost", "Running");
        }

        api.Remove(ApiDouble.PodPath("lost"));
        await using var agent = await RunningAgent.StartAsync("orphan", root, api.Client(), runtime);
        await Eventually.TrueAsync(async () => (await runtime.ListAsync(CancellationToken.None)).Count == 0, "the orphan is removed");
    }

    [Fact]
    public async Task Init_containers_volumes_and_variables_reach_the_container_and_its_exit_code_the_status()
    {
        var api = new ApiDouble();
        using var runtime = node.Runtime("config");
        api.Put("/api/v1/namespaces/default/configmaps/settings", Object("settings", ("data", new JsonObject { ["color"] = "blue" })));
        await using var agent = await RunningAgent.StartAsync("config", Path.Combine(node.Containerd.Directory, "agent-config"), api.Client(), runtime);
        var pod = Pod("config", "job", "cat /shared/word /settings/color; echo \" $COLOR $(NAME)\"; exit 4", restartPolicy: "Never");
        var main = pod["spec"]!["containers"]![0]!;
        main["env"] = JsonNode.Parse("""[{"name":"NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},{"name":"COLOR","valueFrom":{"configMapKeyRef":{"name":"settings","key":"color"}}}]""");
        main["volumeMounts"] = JsonNode.Parse("""[{"name":"shared","mountPath":"/shared"},{"name":"settings","mountPath":"/settings"}]""");
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"shared","emptyDir":{"medium":"Memory"}},{"name":"settings","configMap":{"name":"settings"}}]""");
        pod["spec"]!["initContainers"] = new JsonArray(Container("prepare", "printf hello- > /shared/word"));
        pod["spec"]!["initContainers"]![0]!["volumeMounts"] = JsonNode.Parse("""[{"name":"shared","mountPath":"/shared"}]""");
        api.Put(ApiDouble.PodPath("job"), pod);

        var failed = await PhaseAsync(api, "job", "Failed");
        Assert.Equal(4, (int)failed["status"]!["containerStatuses"]![0]!["state"]!["terminated"]!["exitCode"]!);
        Assert.Equal("True", Condition(failed, "Initialized"));
        Assert.Equal("hello-blue blue job\n", await LogAsync(agent, "job"));
        Assert.Contains(api.Under("/api/v1/namespaces/default/events/"), e => (string)e["reason"]! == "Started");
    }

    [Fact]
    public async Task A_crashing_container_backs_off_and_an_expired_watch_and_a_server_that_was_away_do_no_harm()
    {
        var api = new ApiDouble();
        using var runtime = node.Runtime("crash");
        await using var agent = await RunningAgent.StartAsync("crash", Path.Combine(node.Containerd.Directory, "agent-crash"), api.Client(), runtime);
        api.Put(ApiDouble.PodPath("crash"), Pod("crash", "crash", "exit 1"));
        var waiting = await WaitAsync(api, "crash", p => (string?)p["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "CrashLoopBackOff");
        var status = waiting["status"]!["containerStatuses"]![0]!;
        Assert.Equal(1, (int)status["restartCount"]!);
        Assert.Equal(1, (int)status["lastState"]!["terminated"]!["exitCode"]!);

        api.IsDown = true;
        api.Expire();
        api.Put(ApiDouble.PodPath("late"), Pod("crash", "late", "exit 0", restartPolicy: "Never"));
        api.IsDown = false;
        await PhaseAsync(api, "late", "Succeeded");
    }

    [Fact]
    public async Task A_pod_that_does_not_fit_and_one_whose_image_is_missing_say_so()
    {
        var api = new ApiDouble();
        using var runtime = node.Runtime("refused");
        await using var agent = await RunningAgent.StartAsync("refused", Path.Combine(node.Containerd.Directory, "agent-refused"), api.Client(), runtime);
        var large = Pod("refused", "large", "exit 0");
        large["spec"]!["containers"]![0]!["resources"] = JsonNode.Parse("""{"requests":{"memory":"999Ti"}}""");
        api.Put(ApiDouble.PodPath("large"), large);
        var refused = await PhaseAsync(api, "large", "Failed");
        Assert.Equal("OutOfmemory", (string)refused["status"]!["reason"]!);

        var imageless = Pod("refused", "imageless", "exit 0");
        imageless["spec"]!["containers"]![0]!["image"] = "nowhere.invalid/none:1";
        imageless["spec"]!["containers"]![0]!["imagePullPolicy"] = "Never";
        api.Put(ApiDouble.PodPath("imageless"), imageless);
        await WaitAsync(api, "imageless", p => (string?)p["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "ErrImageNeverPull");

        await Eventually.TrueAsync(
            () => Task.FromResult(api.Find("/api/v1/nodes/refused")?["status"]?["conditions"]?[0]?["status"]?.ToString() == "True"), "the node is Ready");
        Assert.NotNull(api.Find("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/refused"));
        Assert.Equal("runc", (string)api.Find("/apis/orchestrator.dev/v1/hypervisors/refused-containerd")!["status"]!["runtimeHandlers"]![0]!);
    }

    private static JsonObject Object(string name, params (string Name, JsonNode Value)[] members)
    {
        var result = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" } };
        foreach (var (member, value) in members)
        {
            result[member] = value;
        }

        return result;
    }

    private static JsonObject Container(string name, string script) => new()
    {
        ["name"] = name,
        ["image"] = ContainerdFixture.BusyboxImage,
        ["imagePullPolicy"] = "IfNotPresent",
        ["command"] = new JsonArray("/bin/sh", "-c", script),
    };

    private static JsonObject Pod(string nodeName, string name, string script, string restartPolicy = "Always") => Object(name, ("spec", new JsonObject
    {
        ["nodeName"] = nodeName,
        ["restartPolicy"] = restartPolicy,
        ["containers"] = new JsonArray(Container("main", script)),
    }));

    private static Task<JsonObject> PhaseAsync(ApiDouble api, string name, string phase) => WaitAsync(api, name, p => (string?)p["status"]?["phase"] == phase);

    private static Task<JsonObject> WaitAsync(ApiDouble api, string name, Func<JsonObject, bool> condition) => Eventually.GetAsync(
        () => Task.FromResult(api.Find(ApiDouble.PodPath(name)) is { } pod && condition(pod) ? pod : null),
        $"pod {name} gets there",
        TimeSpan.FromSeconds(60),
        () => $"{api.Find(ApiDouble.PodPath(name))?["status"]} {string.Join('\n', api.Under("/api/v1/namespaces/default/events/").Select(e => e["message"]))}");

    private static string? Condition(JsonObject pod, string type) =>
        (string?)pod["status"]!["conditions"]!.AsArray().First(c => (string)c!["type"]! == type)!["status"];

    private static async Task<int> PidAsync(Orchestrator.Agent.Runtimes.IPodRuntime runtime) => Assert.Single(await PidsAsync(runtime));

    private static async Task<IReadOnlyList<int>> PidsAsync(Orchestrator.Agent.Runtimes.IPodRuntime runtime) =>
        [.. (await runtime.ListAsync(CancellationToken.None)).SelectMany(s => s.Containers).Where(c => c.Pid is not null).Select(c => c.Pid!.Value)];

    private static async Task<string> LogAsync(RunningAgent agent, string pod)
    {
        var (log, missing) = agent.Services.GetRequiredService<ContainerLogs>().Find("default", pod, "main", previous: false);
        Assert.Null(missing);
        using var output = new MemoryStream();
        await agent.Services.GetRequiredService<LogReader>().CopyAsync(
            log!.Files, new LogQuery(false, null, null, false, null, false), output, () => false, CancellationToken.None);
        return System.Text.Encoding.UTF8.GetString(output.ToArray());
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes.Containerd;
using Orchestrator.Testing;
using Orchestrator.Testing.Containerd;
using Orchestrator.Testing.NodeAgent;

namespace Orchestrator.NodeTests.Faults;

/// <summary>Whatever dies, and when: pods come to what is wanted of them, and nothing is left of those that are deleted.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private const string Node = "faulty";
    private const string Idle = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

    private readonly ApiDouble _api = new();
    private ContainerdFixture _containerd = null!;
    private ContainerdRuntime _runtime = null!;

    private string Root => Path.Combine(_containerd.Directory, "agent");

    public async ValueTask InitializeAsync()
    {
        _containerd = await ContainerdFixture.StartAsync(TestContext.Current.CancellationToken);
        _runtime = new ContainerdRuntime(new ContainerdOptions { SocketPath = _containerd.SocketPath, NodeName = Node });
    }

    public async ValueTask DisposeAsync()
    {
        _runtime.Dispose();
        await _containerd.DisposeAsync();
    }

    [Fact]
    public async Task An_agent_that_dies_before_and_after_every_step_leaves_a_pod_that_runs_and_then_nothing()
    {
        var crashing = new CrashingRuntime(_runtime);
        _api.Put(ApiDouble.PodPath("survivor"), Pod("survivor"));
        await LiveAsync(crashing, () => IsReady("survivor"));
        Assert.Equal(["create init", "create main", $"image {ContainerdFixture.BusyboxImage}", "run sandbox"], crashing.Crashes.Where(c => !c.StartsWith("start", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(2, crashing.Crashes.Count(c => c.StartsWith("start", StringComparison.Ordinal)));
        Assert.Single(await _runtime.ListAsync(CancellationToken.None));

        _api.Delete(ApiDouble.PodPath("survivor"), graceSeconds: 30, TimeProvider.System);
        await LiveAsync(crashing, () => Task.FromResult(_api.Find(ApiDouble.PodPath("survivor")) is null));
        Assert.Contains(crashing.Crashes, c => c.StartsWith("stop", StringComparison.Ordinal));
        Assert.Contains(crashing.Crashes, c => c.StartsWith("remove sandbox", StringComparison.Ordinal));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_pod_outlives_its_runtime_and_both_of_its_keepers()
    {
        var agent = await RunningAgent.StartAsync(Node, Root, _api.Client(), _runtime);
        _api.Put(ApiDouble.PodPath("held"), Pod("held"));
        await Eventually.TrueAsync(() => IsReady("held"), "it runs", TimeSpan.FromSeconds(120));
        var before = await MainAsync();

        await _containerd.KillAsync();
        _api.Put(ApiDouble.PodPath("meanwhile"), Pod("meanwhile"));
        await _containerd.RestartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => IsReady("meanwhile"), "what was asked for meanwhile runs", TimeSpan.FromSeconds(120));
        Assert.Equal(before, await MainAsync());

        await _containerd.KillAsync();
        await agent.DisposeAsync();
        _api.Delete(ApiDouble.PodPath("meanwhile"), graceSeconds: 1, TimeProvider.System);
        await _containerd.RestartAsync(CancellationToken.None);
        await using var second = await RunningAgent.StartAsync(Node, Root, _api.Client(), _runtime);
        await Eventually.TrueAsync(() => Task.FromResult(_api.Find(ApiDouble.PodPath("meanwhile")) is null), "the deleted one goes", TimeSpan.FromSeconds(120));
        Assert.True(await IsReady("held"));
        Assert.Equal(before, await MainAsync());
        _api.Delete(ApiDouble.PodPath("held"), graceSeconds: 1, TimeProvider.System);
        await Eventually.TrueAsync(() => Task.FromResult(_api.Find(ApiDouble.PodPath("held")) is null), "and the other", TimeSpan.FromSeconds(120));
        await NothingIsLeftAsync();
    }

    /// <summary>One agent after another, each until it dies, until all is as it should be.</summary>
    private async Task LiveAsync(CrashingRuntime crashing, Func<Task<bool>> isThere)
    {
        const int mostLives = 60;
        for (var life = 0; life < mostLives; life++)
        {
            crashing.Revive();
            await using var agent = await RunningAgent.StartAsync(Node, Root, _api.Client(), crashing);
            var end = Task.Run(() => Eventually.TrueAsync(async () => crashing.Crashed.IsCompleted || await isThere(), "it dies or all is done", TimeSpan.FromSeconds(120)));
            await end;
            if (!crashing.Crashed.IsCompleted)
            {
                return;
            }
        }

        Assert.Fail($"{mostLives} agents did not get it done: {string.Join(", ", crashing.Crashes)}");
    }

    private async Task NothingIsLeftAsync()
    {
        Assert.Empty(await _runtime.ListAsync(CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "pods")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "pods-logs")));
        Assert.DoesNotContain(File.ReadLines("/proc/self/mounts"), l => l.Contains(_containerd.Directory, StringComparison.Ordinal));
        var links = await Shell.RunAsync("ip", ["-o", "link", "show", "master", _containerd.Bridge], CancellationToken.None);
        Assert.Equal("", links.Output.Trim());
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(_containerd.Directory, "ipam"), "*", SearchOption.AllDirectories), f => System.Net.IPAddress.TryParse(Path.GetFileName(f), out _));
    }

    private Task<bool> IsReady(string name) => Task.FromResult(
        _api.Find(ApiDouble.PodPath(name))?["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True") == true);

    private async Task<(string Id, int? Pid)> MainAsync()
    {
        var main = (await _runtime.ListAsync(CancellationToken.None)).Where(s => s.PodName == "held").SelectMany(s => s.Containers).Single(c => c.Name == "main");
        return (main.Id, main.Pid);
    }

    private static JsonObject Pod(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["creationTimestamp"] = "2026-01-01T00:00:00Z" },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = Node,
            ["volumes"] = JsonNode.Parse("""[{"name":"memory","emptyDir":{"medium":"Memory"}},{"name":"disk","emptyDir":{}}]"""),
            ["initContainers"] = new JsonArray(Container("init", "mkdir -p /disk/part")),
            ["containers"] = new JsonArray(Container("main", Idle)),
        },
    };

    private static JsonObject Container(string name, string script) => new()
    {
        ["name"] = name,
        ["image"] = ContainerdFixture.BusyboxImage,
        ["imagePullPolicy"] = "IfNotPresent",
        ["command"] = new JsonArray("/bin/sh", "-c", script),
        ["volumeMounts"] = JsonNode.Parse("""[{"name":"memory","mountPath":"/memory"},{"name":"disk","mountPath":"/disk"},{"name":"disk","mountPath":"/part","subPath":"part"}]"""),
    };
}

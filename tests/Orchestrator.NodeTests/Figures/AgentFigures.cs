using System.Diagnostics;
using System.Globalization;
using System.Net;
using k8s;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Cli.NodeAgent;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.NodeTests.Containerd;
using Orchestrator.Testing;
using Orchestrator.Testing.NodeAgent;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.NodeTests.Figures;

/// <summary>
/// Figures of the node agent, for a quiet machine and on demand only: what it adds to the start of a pod, and what it costs while a hundred of them run. They are
/// written to the test's output (<c>--explicit only --output Detailed</c>); nothing is asserted of them.
/// </summary>
public sealed class AgentFigures(ContainerdNode containerd, PostgresFixture postgres)
{
    private const int Starts = 50;
    private const int Held = 100;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact(Explicit = true)]
    public async Task What_the_agent_adds_to_the_start_of_a_pod()
    {
        var direct = new List<double>();
        using var runtime = containerd.Runtime("figures");
        for (var i = 0; i < Starts; i++)
        {
            var pod = ContainerdNode.Pod($"direct-{i}", "/bin/sleep", "3600");
            var started = Stopwatch.GetTimestamp();
            var (sandbox, _, _) = await containerd.StartAsync(runtime, pod);
            direct.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await runtime.RemoveSandboxAsync(sandbox, CancellationToken.None);
        }

        var api = new ApiDouble();
        var timed = new TimedRuntime(runtime);
        List<double> whole = [], own = [];
        await using (await RunningAgent.StartAsync("figures", Path.Combine(containerd.Containerd.Directory, "agent-figures"), api.Client(), timed))
        {
            for (var i = 0; i < Starts; i++)
            {
                var (name, path) = ($"pod-{i}", ApiDouble.PodPath($"pod-{i}"));
                var json = System.Text.Json.Nodes.JsonNode.Parse(KubernetesJson.Serialize(ContainerdNode.Pod(name, "/bin/sleep", "3600")))!.AsObject();
                json["spec"]!["nodeName"] = "figures";
                var started = Stopwatch.GetTimestamp();
                api.Put(path, json);
                await Eventually.TrueAsync(() => Task.FromResult((string?)api.Find(path)?["status"]?["phase"] == "Running"), $"{name} runs", Patience, interval: TimeSpan.FromMilliseconds(1));
                var took = Stopwatch.GetElapsedTime(started);
                whole.Add(took.TotalMilliseconds);
                own.Add((took - timed.Of(name)).TotalMilliseconds);
                api.Delete(path, graceSeconds: 0, TimeProvider.System);
                await Eventually.TrueAsync(() => Task.FromResult(api.Find(path) is null), $"{name} is gone", Patience);
            }
        }

        Say($"{Starts} pods, one after another; milliseconds, p50 and p90: the same calls made directly {Percentiles(direct)}; by the agent, from the API to Running in the API {Percentiles(whole)}; of that not in the runtime {Percentiles(own)}");
    }

    [Fact(Explicit = true)]
    public async Task What_the_agent_costs_while_a_hundred_pods_run()
    {
        const string node = "hundred";
        using var credentials = new TemporaryDirectory();
        await using var server = await TestServer.StartAsync(postgres);
        NodeCredentials.Issue(server.DataDirectory, node, IPAddress.Loopback, server.Address, credentials.Path, TimeProvider.System);
        using var agent = Start(node, credentials.Path);
        using var client = server.Client();
        for (var i = 0; i < Held; i++)
        {
            var pod = OneNodeCluster.Pod($"held-{i}", "exec sleep 3600");
            pod.Spec.NodeName = node;
            await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        }

        await Eventually.TrueAsync(
            async () => (await client.CoreV1.ListNamespacedPodAsync("default", fieldSelector: "status.phase=Running")).Items.Count == Held, $"{Held} pods run", Patience);
        await Task.Delay(IdleTime);
        var (before, at) = (Processor(agent.Id), Stopwatch.GetTimestamp());
        await Task.Delay(IdleTime);
        var share = (Processor(agent.Id) - before) / Stopwatch.GetElapsedTime(at).TotalSeconds;
        Say(string.Create(CultureInfo.InvariantCulture, $"{Held} pods: the agent's resident memory {ResidentMebibytes(agent.Id)} MiB, processor while nothing happens {share:P2} of one"));
        agent.Kill();
        await agent.WaitForExitAsync();
        using var runtime = containerd.Runtime(node);
        foreach (var sandbox in await runtime.ListAsync(CancellationToken.None))
        {
            await runtime.RemoveSandboxAsync(sandbox.Id, CancellationToken.None);
        }
    }

    private Process Start(string node, string credentials) => Process.Start(new ProcessStartInfo("dotnet")
    {
        UseShellExecute = false,
        ArgumentList =
        {
            typeof(AgentHost).Assembly.Location, "agent", "--node-name", node, "--root-dir", Path.Combine(containerd.Containerd.Directory, "agent-hundred"),
            "--listen", "127.0.0.1:10255", "--kubeconfig", Path.Combine(credentials, "kubeconfig"), "--serving-cert", Path.Combine(credentials, "serving.crt"),
            "--serving-key", Path.Combine(credentials, "serving.key"), "--client-ca", Path.Combine(credentials, "ca.crt"),
            "--containerd-socket", containerd.Containerd.SocketPath, "--device", "none",
        },
    })!;

    /// <summary>Seconds of processor time that a process has used.</summary>
    private static double Processor(int process)
    {
        const int userTicks = 11, systemTicks = 12, ticksPerSecond = 100;
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[userTicks], CultureInfo.InvariantCulture) + double.Parse(fields[systemTicks], CultureInfo.InvariantCulture)) / ticksPerSecond;
    }

    private static long ResidentMebibytes(int process) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private static string Percentiles(List<double> values)
    {
        values.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{values[values.Count / 2]:0.0}, {values[values.Count * 9 / 10]:0.0}");
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}

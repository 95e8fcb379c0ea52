using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Commands;
using Orchestrator.Model.Json;

namespace Orchestrator.Cli.RuntimeComparison;

/// <summary>Runs the same workload under each runtime of a node, on which this program runs too, and measures it from inside and from outside.</summary>
/// <param name="api">The cluster.</param>
/// <param name="starts">Times that each workload is started.</param>
/// <param name="report">Is told what is done.</param>
internal sealed class RuntimeBench(ApiConnection api, int starts, Action<string> report)
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string JsonBody = "application/json";
    private const double Mebibyte = 1024 * 1024;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Measures the host and every runtime class that a ready hypervisor of the node serves.</summary>
    public async Task<RuntimeReport> RunAsync(string node, CancellationToken cancel)
    {
        var runtimes = new List<RuntimeFigures> { await HostAsync(cancel) };
        var image = await ImageMebibytesAsync(node, cancel);
        foreach (var handler in await HandlersAsync(node, cancel))
        {
            runtimes.Add(await MeasureAsync(node, handler, image, cancel));
        }

        return new RuntimeReport(node, Orchestrator.Load.Results.MachineFacts.OfThisMachine().ToString(), runtimes);
    }

    /// <summary>Nodes of the cluster.</summary>
    public async Task<IReadOnlyList<string>> NodesAsync(CancellationToken cancel) =>
        [.. (await api.GetAsync("/api/v1/nodes", "application/json", cancel)).Items("items").Select(n => n.Item.Child("metadata").Text("name")!)];

    private static async Task<RuntimeFigures> HostAsync(CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var start = new ProcessStartInfo("/bin/busybox", ["sh", "-c", BenchScript.Text.Replace("/bench.data", "/var/tmp/bench.data", StringComparison.Ordinal)]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new CommandFailedException("/bin/busybox cannot be started: orchestrator lab deps --install");
        var log = new List<string>();
        double first = 0;
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line && line != "bench done")
        {
            first = log.Count == 0 ? Stopwatch.GetElapsedTime(started).TotalMilliseconds : first;
            log.Add(line);
        }

        var (memory, before) = (PodProcesses.Mebibytes([process.Id]), PodProcesses.Cpu([process.Id]));
        await Task.Delay(IdleTime, cancel);
        var idle = PodProcesses.Cpu([process.Id]) - before;
        process.Kill(entireProcessTree: true);
        return Read(new RuntimeFigures("host", "none") { StartMilliseconds = [first], IdleMebibytes = memory, IdleCpuPercent = 100 * (idle / IdleTime), ImageMebibytes = new FileInfo("/bin/busybox").Length / Mebibyte, AddedMebibytes = 0 }, string.Join('\n', log));
    }

    private async Task<IReadOnlyList<string>> HandlersAsync(string node, CancellationToken cancel)
    {
        var hypervisors = await api.GetAsync("/apis/orchestrator.dev/v1/hypervisors", "application/json", cancel);
        var classes = await api.GetAsync("/apis/node.k8s.io/v1/runtimeclasses", "application/json", cancel);
        var served = hypervisors.Items("items").Where(h => h.Item.Child("spec").Text("nodeName") == node).SelectMany(h => h.Item.Child("status").Texts("runtimeHandlers")).ToHashSet(StringComparer.Ordinal);
        // The class vm is one of the others, by another name.
        return [.. classes.Items("items").Where(c => served.Contains(c.Item.Text("handler") ?? "")).Select(c => c.Item.Child("metadata").Text("name")!).Where(n => n != "vm").Order(StringComparer.Ordinal)];
    }

    private async Task<double?> ImageMebibytesAsync(string node, CancellationToken cancel)
    {
        var status = (await api.GetAsync($"/api/v1/nodes/{node}", "application/json", cancel)).Child("status");
        var listed = status.Items("images").FirstOrDefault(i => i.Item.Texts("names").Any(n => n.Contains("busybox", StringComparison.Ordinal))).Item;
        return listed?.Integer("sizeBytes") is { } size ? size / Mebibyte : File.Exists("/bin/busybox") ? new FileInfo("/bin/busybox").Length / Mebibyte : null;
    }

    private async Task<RuntimeFigures> MeasureAsync(string node, string runtimeClass, double? image, CancellationToken cancel)
    {
        var figures = new RuntimeFigures(runtimeClass, "") { ImageMebibytes = image };
        var times = new List<double>();
        for (var i = 1; i <= starts; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"compare-{runtimeClass}-{i}");
            report($"{runtimeClass}: start {i} of {starts}");
            try
            {
                await DeleteAsync(name, cancel);
                var begun = Stopwatch.GetTimestamp();
                await api.SendJsonAsync(HttpMethod.Post, Pods, Pod(name, node, runtimeClass), JsonBody, cancel);
                await LogAsync(name, "begun", cancel);
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                if (i == starts)
                {
                    report($"{runtimeClass}: work, then idleness");
                    figures = await InspectAsync(figures, name, cancel);
                }
            }
            catch (Exception error) when (error is ApiStatusException or CommandFailedException)
            {
                return figures with { Failure = error.Message, StartMilliseconds = times };
            }
            finally
            {
                await DeleteAsync(name, cancel);
            }
        }

        return figures with { StartMilliseconds = times };
    }

    private async Task<RuntimeFigures> InspectAsync(RuntimeFigures figures, string name, CancellationToken cancel)
    {
        var log = await LogAsync(name, "done", cancel);
        var pod = await api.GetAsync($"{Pods}/{name}", "application/json", cancel);
        var containerId = pod.Child("status").Items("containerStatuses").Select(c => c.Item.Text("containerID")).FirstOrDefault() ?? "";
        var technology = containerId.Split("://")[0];
        string[] ids = [.. ((string[])[containerId.Split("://")[^1]]).Where(id => id.Length > 12)];
        var processes = PodProcesses.Of(pod.Child("metadata").Text("uid")!, ids);
        var before = PodProcesses.Cpu(processes);
        await Task.Delay(IdleTime, cancel);
        var idle = PodProcesses.Cpu(processes) - before;
        var isMachine = technology is "qemu" or "kvm";
        return Read(
            figures with
            {
                Hypervisor = technology,
                IdleMebibytes = processes.Count == 0 ? null : PodProcesses.Mebibytes(processes),
                IdleCpuPercent = processes.Count == 0 ? null : 100 * (idle / IdleTime),
                AddedMebibytes = isMachine ? GuestMebibytes() : 0,
            },
            log);
    }

    private static double? GuestMebibytes()
    {
        var directory = new DirectoryInfo(new GuestOptions().Directory);
        return directory.Exists ? directory.EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.Name.StartsWith("vmlinux", StringComparison.Ordinal) || f.Name.StartsWith("initramfs", StringComparison.Ordinal)).Sum(f => f.Length) / Mebibyte : null;
    }

    private static RuntimeFigures Read(RuntimeFigures figures, string log) => figures with
    {
        Kernel = BenchScript.Value(log, "kernel") ?? "",
        SharesKernel = BenchScript.Value(log, "boot") is { } boot ? boot == File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : null,
        VisibleProcesses = int.TryParse(BenchScript.Value(log, "processes"), NumberStyles.None, CultureInfo.InvariantCulture, out var processes) ? processes : null,
        CpuMilliseconds = BenchScript.Milliseconds(log, "cpu"),
        WriteMilliseconds = BenchScript.Milliseconds(log, "write"),
    };

    private async Task<string> LogAsync(string name, string until, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartLimit)
        {
            try
            {
                var log = await api.GetTextAsync($"{Pods}/{name}/log", cancel);
                if (BenchScript.Value(log, until) is not null)
                {
                    return log;
                }
            }
            catch (ApiStatusException)
            {
                // It does not run yet.
            }

            await Task.Delay(Poll, cancel);
        }

        var pod = await api.GetAsync($"{Pods}/{name}", "application/json", cancel);
        throw new CommandFailedException($"{name} did not get so far within {StartLimit}: phase {pod.Child("status").Text("phase")}, {pod.Child("status").Items("containerStatuses").Select(c => c.Item.Child("state")?.ToJsonString()).FirstOrDefault()}");
    }

    private async Task DeleteAsync(string name, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await api.SendJsonAsync(HttpMethod.Delete, $"{Pods}/{name}", new JsonObject { ["gracePeriodSeconds"] = 1 }, JsonBody, cancel);
            while (Stopwatch.GetElapsedTime(started) < StartLimit)
            {
                await api.GetAsync($"{Pods}/{name}", "application/json", cancel);
                await Task.Delay(Poll, cancel);
            }
        }
        catch (ApiStatusException)
        {
            // It is gone.
        }
    }

    private static JsonObject Pod(string name, string node, string runtimeClass) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = node,
            ["runtimeClassName"] = runtimeClass,
            ["automountServiceAccountToken"] = false,
            ["terminationGracePeriodSeconds"] = 1,
            ["restartPolicy"] = "Never",
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "main",
                ["image"] = "busybox",
                ["imagePullPolicy"] = "IfNotPresent",
                ["command"] = new JsonArray("/bin/sh", "-c", BenchScript.Text),
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "50m", ["memory"] = "128Mi" }, ["limits"] = new JsonObject { ["memory"] = "128Mi" } },
            }),
        },
    };
}

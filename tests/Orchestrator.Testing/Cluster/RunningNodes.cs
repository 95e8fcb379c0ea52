using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Testing.Cluster;

/// <summary>
/// Nodes whose agents do at once what is asked of them: bound pods run and are ready, pods that are told to end are gone. For tests of what decides
/// about pods, on a store in the same process. Pods whose image begins with <c>broken</c> run and never get ready; <c>done</c> succeeds at once, <c>fails</c> fails.
/// </summary>
public sealed class RunningNodes : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly IObjectStore _store;
    private readonly IReadOnlyList<string> _names;
    private readonly Func<string, ValueTask> _renew;
    private readonly CancellationTokenSource _ending = new();
    private Task _running = Task.CompletedTask;
    private int _lastAddress;

    private RunningNodes(IObjectStore store, IReadOnlyList<string> names, Func<string, ValueTask> renew)
    {
        _store = store;
        _names = names;
        _renew = renew;
    }

    /// <param name="store">Of the server.</param>
    /// <param name="names">The nodes, which are created.</param>
    /// <param name="renew">Tells the server that a node has been heard of.</param>
    public static async Task<RunningNodes> StartAsync(IObjectStore store, IReadOnlyList<string> names, Func<string, ValueTask> renew)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(names);
        foreach (string name in names)
        {
            JsonObject node = ClusterObjects.Node(name, "64", "256Gi");
            node["metadata"]!["labels"] = new JsonObject { [WellKnown.HostnameLabel] = name };
            await store.CommitAsync([ClusterObjects.Create("nodes", node), ClusterObjects.Create("hypervisors.orchestrator.dev", ClusterObjects.Hypervisor(name, "containerd", "runc"))]);
        }

        var nodes = new RunningNodes(store, names, renew);
        nodes._running = Task.WhenAll(nodes.FollowAsync(), nodes.RenewAsync());
        return nodes;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _ending.Dispose();
    }

    private async Task RenewAsync()
    {
        while (true)
        {
            foreach (string name in _names)
            {
                await _renew(name);
            }

            await Task.Delay(Heartbeat, _ending.Token);
        }
    }

    private async Task FollowAsync()
    {
        using IChangeSubscription changes = _store.Subscribe("pods", null, _store.Revision);
        while (true)
        {
            foreach (Change change in await changes.ReadAsync(_ending.Token))
            {
                if (change.Type != ChangeType.Deleted && Next(change.Object) is { } mutation)
                {
                    // A lost race comes back as the change that won it.
                    await _store.CommitAsync(mutation, _ending.Token);
                }
            }
        }
    }

    private Mutation? Next(StoredObject pod)
    {
        if (!_names.Contains(pod.Fields["spec.nodeName"]))
        {
            return null;
        }

        if (pod.IsTerminating)
        {
            // What a finalizer holds is ended, and removed by whoever takes the finalizer off.
            bool isHeld = ClusterObjects.Read(pod)["metadata"]!["finalizers"] is JsonArray { Count: > 0 };
            return !isHeld ? new DeleteObject(pod.Key, pod.Revision)
                : pod.Fields["status.phase"] is "Succeeded" or "Failed" ? null
                : ClusterObjects.Change(pod, Kill);
        }

        return pod.Fields["status.phase"] == "Pending" ? ClusterObjects.Change(pod, Run) : null;
    }

    private static void Kill(JsonObject pod)
    {
        pod["metadata"]!["deletionGracePeriodSeconds"] = 0;
        pod["status"]!["phase"] = "Failed";
    }

    private void Run(JsonObject pod)
    {
        string now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        JsonObject container = (JsonObject)pod["spec"]!["containers"]![0]!;
        string image = (string)container["image"]!;
        string ready = image.StartsWith("broken", StringComparison.Ordinal) ? "False" : "True";
        JsonObject status = (JsonObject)pod["status"]!;
        status["phase"] = "Running";
        int address = Interlocked.Increment(ref _lastAddress);
        status["podIP"] = $"10.0.{address / 250}.{(address % 250) + 1}";
        status["containerStatuses"] = new JsonArray(new JsonObject
        {
            ["name"] = container["name"]!.DeepClone(),
            ["image"] = image,
            ["ready"] = ready == "True",
            ["restartCount"] = 0,
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } },
        });
        status["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready, ["lastTransitionTime"] = now });
        if (image.StartsWith("done", StringComparison.Ordinal) || image.StartsWith("fails", StringComparison.Ordinal))
        {
            End(status, image.StartsWith("done", StringComparison.Ordinal) ? 0 : 3, now);
        }
    }

    private static void End(JsonObject status, int exitCode, string now)
    {
        status["phase"] = exitCode == 0 ? "Succeeded" : "Failed";
        status["conditions"]![0]!["status"] = "False";
        status["containerStatuses"]![0]!["ready"] = false;
        status["containerStatuses"]![0]!["state"] = new JsonObject
        {
            ["terminated"] = new JsonObject { ["exitCode"] = exitCode, ["startedAt"] = now, ["finishedAt"] = now },
        };
    }
}

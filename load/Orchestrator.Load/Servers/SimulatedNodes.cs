using System.Globalization;

namespace Orchestrator.Load.Servers;

/// <summary>
/// Nodes without machines, which pods can be bound to: each has its Node, its Hypervisor for containers, and a Lease that is renewed, as agents do,
/// until this is disposed of. Nobody runs the pods.
/// </summary>
internal sealed class SimulatedNodes : IAsyncDisposable
{
    private const int Connections = 16;
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _ending = new();
    private readonly ApiConnection _renewing;
    private readonly int _count;
    private int _created;
    private Task _renewals = Task.CompletedTask;

    private SimulatedNodes(ApiConnection renewing, int count) => (_renewing, _count) = (renewing, count);

    public static async Task<SimulatedNodes> CreateAsync(ServerProcess server, int count, CancellationToken cancel)
    {
        var nodes = new SimulatedNodes(await server.ConnectAsync(cancel), count);
        var connections = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => server.ConnectAsync(cancel)));
        nodes._renewals = nodes.RenewAsync();
        await Task.WhenAll(connections.Select(async connection =>
        {
            using (connection)
            {
                for (var i = Interlocked.Increment(ref nodes._created) - 1; i < count; i = Interlocked.Increment(ref nodes._created) - 1)
                {
                    await CreateAsync(connection, i);
                }
            }
        }));
        return nodes;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _renewals;
        _renewing.Dispose();
        _ending.Dispose();
    }

    private static async Task CreateAsync(ApiConnection connection, int index)
    {
        await connection.SendAsync(ApiConnection.Post("/api/v1/nodes", Population.Node(index)), expected: 201);
        await connection.SendAsync(ApiConnection.Post("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", Lease(index)), expected: 201);
        await connection.SendAsync(ApiConnection.Post("/apis/orchestrator.dev/v1/hypervisors", Hypervisor(index)), expected: 201);
        await connection.SendAsync(
            ApiConnection.MergePatch(
                $"/apis/orchestrator.dev/v1/hypervisors/node-{index}-containerd/status",
                """{"status":{"runtimeHandlers":["runc"],"conditions":[{"type":"Ready","status":"True","reason":"Probed","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}"""),
            expected: 200);
    }

    // Evenly over the interval, like agents that started at different times.
    private async Task RenewAsync()
    {
        var pause = TimeSpan.FromMilliseconds(20);
        var next = 0;
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                for (var due = (int)Math.Ceiling(_count * (pause / RenewalInterval)); due > 0; due--)
                {
                    next = next + 1 < Math.Min(_count, Volatile.Read(ref _created) - Connections) ? next + 1 : 0;
                    await RenewAsync(next);
                }

                await Task.Delay(pause, _ending.Token);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The nodes are no longer needed.
        }
    }

    private async Task RenewAsync(int index)
    {
        var path = $"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-{index}";
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        try
        {
            await _renewing.SendAsync(ApiConnection.MergePatch(path, $$$"""{"spec":{"renewTime":"{{{now}}}"}}"""), expected: 200);
        }
        catch (HttpRequestException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            // It is being created.
        }
    }

    private static string Lease(int index) =>
        $$$"""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"node-{{{index}}}"},"spec":{"holderIdentity":"node-{{{index}}}","leaseDurationSeconds":40}}""";

    private static string Hypervisor(int index) =>
        $$$"""{"apiVersion":"orchestrator.dev/v1","kind":"Hypervisor","metadata":{"name":"node-{{{index}}}-containerd"},"spec":{"nodeName":"node-{{{index}}}","technology":"containerd","class":"OSLevel"}}""";
}

using System.Globalization;
using Orchestrator.Load.Scenarios;

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
    private readonly IReadOnlyList<SimulatedNode> _nodes;
    private int _created;
    private Task _renewals = Task.CompletedTask;

    private SimulatedNodes(ApiConnection renewing, IReadOnlyList<SimulatedNode> nodes) => (_renewing, _nodes) = (renewing, nodes);

    public static async Task<SimulatedNodes> CreateAsync(ServerProcess server, IReadOnlyList<NodeClass> classes, CancellationToken cancel)
    {
        var nodes = new SimulatedNodes(await server.ConnectAsync(cancel), NodeManifests.Expand(classes));
        var connections = await server.ConnectAsync(Connections, cancel);
        nodes._renewals = nodes.RenewAsync();
        await Task.WhenAll(connections.Select(async connection =>
        {
            using (connection)
            {
                for (var i = Interlocked.Increment(ref nodes._created) - 1; i < nodes._nodes.Count; i = Interlocked.Increment(ref nodes._created) - 1)
                {
                    await CreateAsync(connection, nodes._nodes[i]);
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

    private static async Task CreateAsync(ApiConnection connection, SimulatedNode node)
    {
        await connection.SendAsync(ApiConnection.Post("/api/v1/nodes", NodeManifests.Node(node)), expected: 201);
        await connection.SendAsync(ApiConnection.Post("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", NodeManifests.Lease(node.Name)), expected: 201);
        await connection.SendAsync(ApiConnection.Post("/apis/orchestrator.dev/v1/hypervisors", NodeManifests.Hypervisor(node)), expected: 201);
        await connection.SendAsync(
            ApiConnection.MergePatch($"/apis/orchestrator.dev/v1/hypervisors/{NodeManifests.HypervisorName(node)}/status", NodeManifests.HypervisorStatus(node)),
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
                for (var due = (int)Math.Ceiling(_nodes.Count * (pause / RenewalInterval)); due > 0; due--)
                {
                    next = next + 1 < Math.Min(_nodes.Count, Volatile.Read(ref _created) - Connections) ? next + 1 : 0;
                    await RenewAsync(_nodes[next].Name);
                }

                await Task.Delay(pause, _ending.Token);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The nodes are no longer needed.
        }
    }

    private async Task RenewAsync(string name)
    {
        var path = $"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{name}";
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
}

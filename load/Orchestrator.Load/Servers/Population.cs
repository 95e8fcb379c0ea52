using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Servers;

/// <summary>Fills a server with nodes and pods, through its API.</summary>
internal static class Population
{
    private const int Connections = 16;

    public static Task CreateNodesAsync(ServerProcess server, IReadOnlyList<NodeClass> classes, CancellationToken cancel)
    {
        var nodes = NodeManifests.Expand(classes);
        return CreateAsync(server, nodes.Count, "/api/v1/nodes", i => NodeManifests.Node(nodes[i]), cancel);
    }

    /// <summary>Pods like those of a small Deployment; on nodes where there are any, else left alone by the scheduler.</summary>
    /// <param name="server">The server.</param>
    /// <param name="from">Number of the first.</param>
    /// <param name="to">Number after the last.</param>
    /// <param name="classes">Nodes that they are on, by turns.</param>
    /// <param name="cancel">Cancellation.</param>
    public static Task CreatePodsAsync(ServerProcess server, int from, int to, IReadOnlyList<NodeClass> classes, CancellationToken cancel)
    {
        var nodes = NodeManifests.Expand(classes);
        return CreateAsync(
            server,
            Math.Max(0, to - from),
            "/api/v1/namespaces/default/pods",
            i => Pod($"pod-{from + i}", nodes.Count > 0 ? $"\"nodeName\":\"{nodes[(from + i) % nodes.Count].Name}\"," : "\"schedulerName\":\"nobody\","),
            cancel);
    }

    /// <summary>Creates so many objects below a path, over several connections at once.</summary>
    public static async Task CreateAsync(ServerProcess server, int count, string path, Func<int, string> body, CancellationToken cancel)
    {
        var connections = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => server.ConnectAsync(cancel)));
        var next = -1;
        await Task.WhenAll(connections.Select(async connection =>
        {
            using (connection)
            {
                for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                {
                    await connection.SendAsync(ApiConnection.Post(path, body(i)), expected: 201);
                }
            }
        }));
    }

    /// <param name="name">metadata.name.</param>
    /// <param name="place">Members of the spec that say where it goes, each with a comma after it.</param>
    public static string Pod(string name, string place) => $$$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{{name}}}}","labels":{"app":"load","pod-template-hash":"5d9c7b"}},
            "spec":{{{{{place}}}}"containers":[{"name":"main","image":"registry.example.com/team/service:1.2.3","command":["/bin/service","--port=8080"],
            "env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},{"name":"LEVEL","value":"info"}],
            "resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"128Mi"}}}]}}
            """;
}

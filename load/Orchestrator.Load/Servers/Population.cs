using System.Globalization;

namespace Orchestrator.Load.Servers;

/// <summary>Fills a server with nodes and pods, through its API.</summary>
internal static class Population
{
    private const int Connections = 16;

    public static Task CreateNodesAsync(ServerProcess server, int count, CancellationToken cancel) => CreateAsync(server, count, "/api/v1/nodes", Node, cancel);

    /// <summary>Pods like those of a small Deployment; on nodes where there are any, else left alone by the scheduler.</summary>
    public static Task CreatePodsAsync(ServerProcess server, int count, int nodes, CancellationToken cancel) =>
        CreateAsync(server, count, "/api/v1/namespaces/default/pods", i => Pod($"pod-{i}", nodes > 0 ? $"\"nodeName\":\"node-{i % nodes}\"," : "\"schedulerName\":\"nobody\","), cancel);

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

    public static string Node(int index) => string.Create(CultureInfo.InvariantCulture, $$$$"""
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"node-{{{{index}}}}","labels":{"kubernetes.io/hostname":"node-{{{{index}}}}","topology.kubernetes.io/zone":"zone-{{{{index % 3}}}}"}},
        "status":{"capacity":{"cpu":"32","memory":"128Gi","pods":"110"},"allocatable":{"cpu":"32","memory":"128Gi","pods":"110"},
        "conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","lastHeartbeatTime":"2026-01-01T00:00:00Z","lastTransitionTime":"2026-01-01T00:00:00Z"}],
        "nodeInfo":{"kubeletVersion":"v1.33.0","osImage":"Debian GNU/Linux 12","kernelVersion":"6.1.0","containerRuntimeVersion":"containerd://1.6.20","architecture":"amd64","operatingSystem":"linux","machineID":"","systemUUID":"","bootID":"","kubeProxyVersion":""}}}
        """);

    /// <param name="name">metadata.name.</param>
    /// <param name="place">Members of the spec that say where it goes, each with a comma after it.</param>
    public static string Pod(string name, string place) => $$$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{{name}}}}","labels":{"app":"load","pod-template-hash":"5d9c7b"}},
            "spec":{{{{{place}}}}"containers":[{"name":"main","image":"registry.example.com/team/service:1.2.3","command":["/bin/service","--port=8080"],
            "env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},{"name":"LEVEL","value":"info"}],
            "resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"128Mi"}}}]}}
            """;
}

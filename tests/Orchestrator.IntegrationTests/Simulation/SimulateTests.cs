using System.Text.Json;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.WhatIf;
using Orchestrator.IntegrationTests.Api;
using Orchestrator.Scheduling.Simulation;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Simulation;

/// <summary><c>orchestrator simulate</c> against a server, and against what kubectl saved of it.</summary>
public sealed class SimulateTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Cluster = """
        apiVersion: v1
        kind: Node
        metadata: {name: node-a}
        status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: bound}
        spec:
          nodeName: node-a
          containers: [{name: c, image: i, resources: {requests: {cpu: "1"}}}]
        """;

    [Fact]
    public async Task The_live_cluster_and_what_kubectl_saves_of_it_give_the_same_answer()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        var kubectl = fixture.Server.Kubectl();
        await kubectl.FeedAsync(Cluster, "create", "-f", "-");
        using var connection = ApiConnection.Open(fixture.Server.Kubeconfig);
        var live = await LiveSnapshot.ReadAsync(connection, cancel);
        var saved = Path.Combine(directory.Path, "own.yaml");
        SnapshotFile.Write(saved, live);
        var ofKubectl = Path.Combine(directory.Path, "kubectl.yaml");
        await File.WriteAllTextAsync(
            ofKubectl, await kubectl.RunAsync("get", "namespaces,nodes,priorityclasses,runtimeclasses,pods", "-A", "-o", "yaml"), cancel);

        var answer = HowMany(live);
        Assert.Equal(3, answer.Count);
        Assert.Equal(["there are no Hypervisors: every node is taken to serve every runtime class"], answer.Notes);
        Assert.Equal(Text(answer), Text(HowMany(SnapshotFile.Read(saved))));
        Assert.Equal(Text(answer), Text(HowMany(SnapshotFile.Read(ofKubectl))));

        var page = Path.Combine(directory.Path, "page.html");
        var exitCode = await OrchestratorRoot.RunAsync(["simulate", "--kubeconfig", fixture.Server.Kubeconfig, "--lose", "node-a", "--html", page]);
        Assert.Equal(0, exitCode);
        Assert.Contains("default/bound", await File.ReadAllTextAsync(page, cancel), StringComparison.Ordinal);
    }

    private static string Text(CapacityReport report) => JsonSerializer.Serialize(report, SimulationJson.Default.CapacityReport);

    private static CapacityReport HowMany(IReadOnlyList<JsonElement> objects)
    {
        // Nobody runs the node, which is tainted for it sooner or later.
        var pod = """{"kind":"Pod","metadata":{"name":"p"},"spec":{"tolerations":[{"operator":"Exists"}],"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1"}}}]}}""";
        var question = new SimulationQuestion { Manifests = [System.Text.Json.Nodes.JsonNode.Parse(pod)!.AsObject()] };
        return CapacityQuestion.Run(SimulatedCluster.Of(objects), question, 100, TestContext.Current.CancellationToken).Report!;
    }
}

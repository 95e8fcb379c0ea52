using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Postgres;

namespace Orchestrator.IntegrationTests.Scheduling;

public sealed class ReconcilerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_cordoned_node_gets_the_taint_and_loses_it_again()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateNodeAsync("node-a");

        await ChangeAsync(server, "nodes", "node-a", n => n["spec"]!["unschedulable"] = true);
        await SchedulingServer.WhenAsync("the node is tainted", () => TaintsOf(server).Contains(WellKnown.UnschedulableTaint) ? "" : null);

        await ChangeAsync(server, "nodes", "node-a", n => (n["spec"] as JsonObject)!.Remove("unschedulable"));
        await SchedulingServer.WhenAsync("the taint is gone", () => TaintsOf(server).Contains(WellKnown.UnschedulableTaint) ? null : "");
    }

    [Fact]
    public async Task A_terminating_pod_of_a_node_that_is_gone_is_removed_and_so_are_the_nodes_hypervisors()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateNodeAsync("node-a");
        JsonObject pod = ClusterObjects.Pod("web");
        pod["spec"]!["nodeName"] = "node-a";
        pod["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        await server.CreateAsync("pods", pod);

        StoredObject node = server.Store.Get(new ObjectKey("nodes", "", "node-a"))!;
        await server.Store.CommitAsync(new DeleteObject(node.Key, node.Revision), TestContext.Current.CancellationToken);

        await SchedulingServer.WhenAsync("the pod is gone", () => server.Store.List("pods").Items.Count == 0 ? "" : null);
        await SchedulingServer.WhenAsync("the hypervisor is gone", () => server.Store.List("hypervisors.orchestrator.dev").Items.Count == 0 ? "" : null);
    }

    [Fact]
    public async Task A_terminating_namespace_is_emptied_and_removed()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateAsync("namespaces", ClusterObjects.Namespace("doomed"));
        await server.CreateAsync("pods", ClusterObjects.Pod("web", ns: "doomed"));
        await server.CreateAsync("pods", ClusterObjects.Pod("kept"));

        await ChangeAsync(server, "namespaces", "doomed", n => n["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z");

        await SchedulingServer.WhenAsync("the namespace is gone", () => server.Store.Get(new ObjectKey("namespaces", "", "doomed")) is null ? "" : null);
        Assert.Equal(["kept"], server.Store.List("pods").Items.Select(p => p.Key.Name));
    }

    [Fact]
    public async Task A_hypervisor_of_a_lost_node_is_unknown()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateNodeAsync("node-a");

        await ChangeAsync(server, "nodes", "node-a", n => n["status"]!["conditions"]![0]!["status"] = "Unknown");

        await SchedulingServer.WhenAsync("the hypervisor says so", () =>
            ClusterObjects.Read(server.Store.Get(new ObjectKey("hypervisors.orchestrator.dev", "", "node-a-containerd"))!)
                .Child("status").Items("conditions").Single().Item.Text("reason") == "NodeLost" ? "" : null);
    }

    private static IEnumerable<string> TaintsOf(SchedulingServer server) =>
        ClusterObjects.Read(server.Store.Get(new ObjectKey("nodes", "", "node-a"))!).Child("spec").Items("taints").Select(t => t.Item.Text("key") ?? "");

    // The node's grain writes to it too: a lost race is run again.
    private static Task ChangeAsync(SchedulingServer server, string resource, string name, Action<JsonObject> edit) => Eventually.TrueAsync(
        async () =>
        {
            StoredObject stored = server.Store.Get(new ObjectKey(resource, "", name))!;
            CommitResult result = await server.Store.CommitAsync(ClusterObjects.Change(stored, edit), TestContext.Current.CancellationToken);
            return result.Outcome == CommitOutcome.Committed;
        },
        $"{name} is changed");
}

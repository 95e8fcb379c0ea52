using System.Text.Json.Nodes;
using Orchestrator.Grains.Hosting;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Postgres;

namespace Orchestrator.IntegrationTests.Scheduling;

public sealed class SchedulerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_pod_is_bound_and_that_is_told_and_explained()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateAsync("namespaces", ClusterObjects.Namespace("default"));
        await server.CreateNodeAsync("node-a");

        await server.CreateAsync("pods", ClusterObjects.Pod("web"));

        StoredObject bound = await server.BoundAsync("web");
        Assert.Equal("node-a", bound.Fields["spec.nodeName"]);
        JsonObject condition = ClusterObjects.Read(bound).Child("status").Items("conditions").Single(c => c.Item.Text("type") == "PodScheduled").Item;
        Assert.Equal("True", condition.Text("status"));
        JsonObject told = await server.ToldAsync("web", "Scheduled");
        Assert.Equal("Successfully assigned default/web to node-a", told.Text("message"));
        JsonObject explained = await server.ExplainedAsync("web", "Scheduled");
        Assert.Equal("node-a", explained.Text("nodeName"));
        Assert.Equal("node-a", explained.Items("scores").First().Item.Text("node"));
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_says_why_and_is_bound_when_a_node_comes_that_has_room()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateAsync("namespaces", ClusterObjects.Namespace("default"));
        await server.CreateNodeAsync("small", cpu: "1");

        await server.CreateAsync("pods", ClusterObjects.Pod("big", cpu: "3"));

        const string message = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
        JsonObject told = await server.ToldAsync("big", "FailedScheduling");
        Assert.Equal(message, told.Text("message"));
        JsonObject explained = await server.ExplainedAsync("big", "Unschedulable");
        Assert.Equal(["2 more cpu on node small"], explained.Texts("remedies"));
        await SchedulingServer.WhenAsync("the condition says so", () => ClusterObjects.Read(server.Store.Get(new ObjectKey("pods", "default", "big"))!)
            .Child("status").Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("reason") == "Unschedulable" && c.Text("message") == message));

        await server.CreateNodeAsync("large");

        StoredObject bound = await server.BoundAsync("big");
        Assert.Equal("large", bound.Fields["spec.nodeName"]);
    }

    [Fact]
    public async Task A_pod_of_higher_priority_makes_the_least_important_go_and_takes_its_room()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateAsync("namespaces", ClusterObjects.Namespace("default"));
        await server.CreateNodeAsync("node-a", cpu: "4");
        await server.CreateAsync("pods", Prioritised("low", 1, "2"));
        await server.CreateAsync("pods", Prioritised("middle", 5, "2"));
        await server.BoundAsync("low");
        await server.BoundAsync("middle");

        await server.CreateAsync("pods", Prioritised("high", 10, "2"));

        JsonObject victim = await SchedulingServer.WhenAsync("low is told to end", () =>
            server.Store.Get(new ObjectKey("pods", "default", "low")) is { IsTerminating: true } ending ? ClusterObjects.Read(ending) : null);
        Assert.Equal("PreemptionByScheduler", victim.Child("status").Items("conditions").Single(c => c.Item.Text("type") == "DisruptionTarget").Item.Text("reason"));
        StoredObject high = server.Store.Get(new ObjectKey("pods", "default", "high"))!;
        Assert.Equal("node-a", ClusterObjects.Read(high).Child("status").Text("nominatedNodeName"));
        Assert.Equal($"Preempted by pod {high.Uid} on node node-a", (await server.ToldAsync("low", "Preempted")).Text("message"));
        JsonObject explained = await server.ExplainedAsync("high", "Unschedulable");
        Assert.Equal(["default/low"], explained.Child("preemption").Texts("victims"));

        // The node lets it go.
        StoredObject low = server.Store.Get(new ObjectKey("pods", "default", "low"))!;
        await server.Store.CommitAsync(new DeleteObject(low.Key, low.Revision), TestContext.Current.CancellationToken);

        await server.BoundAsync("high");
        Assert.False(server.Store.Get(new ObjectKey("pods", "default", "middle"))!.IsTerminating);
    }

    [Fact]
    public async Task Any_node_is_explained_as_it_is_now_for_pods_that_wait_and_pods_that_are_placed()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateAsync("namespaces", ClusterObjects.Namespace("default"));
        await server.CreateNodeAsync("node-a", cpu: "1");
        await server.CreateNodeAsync("node-b", cpu: "2");
        await server.CreateAsync("pods", ClusterObjects.Pod("placed", cpu: "2"));
        await server.BoundAsync("placed");
        await server.CreateAsync("pods", ClusterObjects.Pod("huge", cpu: "3"));
        await server.ExplainedAsync("huge", "Unschedulable");

        JsonObject own = (await server.ExplainNodeAsync("placed", "node-b"))!;
        Assert.True(own.Flag("fits"));
        Assert.Equal("node-b", own.Text("placedOn"));
        Assert.Equal(1, own.Integer("rank"));

        JsonObject small = (await server.ExplainNodeAsync("huge", "node-a"))!;
        Assert.False(small.Flag("fits"));
        JsonObject answer = small.Items("filters").Single(f => f.Item.Text("name") == "FitsResources").Item;
        Assert.Equal(["Insufficient cpu"], answer.Texts("reasons"));
        Assert.Equal("2 more cpu", answer.Text("remedy"));
        Assert.Null(await server.ExplainNodeAsync("huge", "nowhere"));
        Assert.Equal("node-b", server.Store.Get(new ObjectKey("pods", "default", "placed"))!.Fields["spec.nodeName"]);
    }

    private static JsonObject Prioritised(string name, int priority, string cpu)
    {
        JsonObject pod = ClusterObjects.Pod(name, cpu: cpu);
        pod.Child("spec")!["priority"] = priority;
        return pod;
    }

    [Fact]
    public async Task A_scheduler_whose_epoch_was_taken_starts_again_with_a_later_one()
    {
        await using SchedulingServer server = await SchedulingServer.StartAsync(await postgres.CreateDatabaseAsync());
        await server.CreateNodeAsync("node-a");
        await server.CreateAsync("pods", ClusterObjects.Pod("first"));
        await server.BoundAsync("first");

        long taken = await server.Store.TakeEpochAsync("scheduler/default-scheduler", TestContext.Current.CancellationToken);
        await server.CreateAsync("pods", ClusterObjects.Pod("second"));

        await server.BoundAsync("second");

        // The decision made under the old epoch was refused, and made again.
        await Eventually.TrueAsync(
            async () => (await server.ExplainedAsync("second", "Scheduled")).Integer("epoch") > taken, "it is bound under a later epoch");
    }

    [Fact]
    public async Task Two_servers_on_one_database_run_one_scheduler_and_the_other_takes_over()
    {
        string database = await postgres.CreateDatabaseAsync();
        var options = new GrainOptions { Clustering = GrainClustering.Postgres, ConnectionString = database };
        await using SchedulingServer second = await StartTwoAsync(database, options);

        // The first server, on which the scheduler was, is gone.
        await second.CreateAsync("pods", ClusterObjects.Pod("after"));
        await second.BoundAsync("after");
    }

    private static async Task<SchedulingServer> StartTwoAsync(string database, GrainOptions options)
    {
        await using SchedulingServer first = await SchedulingServer.StartAsync(database, options);
        await first.CreateNodeAsync("node-a", cpu: "64");
        await first.CreateAsync("pods", ClusterObjects.Pod("before"));
        await first.BoundAsync("before");
        SchedulingServer second = await SchedulingServer.StartAsync(database, options);

        // While the second server joins there may be two schedulers for a moment, which fence each other: each decision then has another epoch.
        long? epoch = null;
        int inARow = 0;
        for (int i = 0; inARow < 8; i++)
        {
            Assert.True(i < 100, "there are still two schedulers");
            await (i % 2 == 0 ? first : second).CreateAsync("pods", ClusterObjects.Pod($"pod-{i}"));
            await second.BoundAsync($"pod-{i}");
            long? latest = (await second.ExplainedAsync($"pod-{i}", "Scheduled")).Integer("epoch");
            inARow = latest == epoch ? inARow + 1 : 1;
            epoch = latest;
        }

        return second;
    }
}

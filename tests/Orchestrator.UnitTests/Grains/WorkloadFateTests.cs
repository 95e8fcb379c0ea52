using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Grains.Workloads;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.Grains;

public sealed class WorkloadFateTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_pod_of_a_sound_node_is_left_alone() => Assert.Equal(ReconcilePlan.Nothing, Plan(Pod(), ClusterObjects.Node("a")));

    [Fact]
    public void A_pod_whose_node_is_not_known_is_removed_only_after_a_while()
    {
        StoredObject pod = Stored(Pod());

        Assert.Equal(TimeSpan.FromSeconds(30), WorkloadFate.Plan(pod, null, Now.AddSeconds(-10), Now).LookAgainAfter);
        Assert.IsType<DeleteObject>(Assert.Single(WorkloadFate.Plan(pod, null, Now.AddSeconds(-40), Now).Mutations));
    }

    [Fact]
    public void A_terminating_pod_whose_node_is_gone_is_removed_at_once_unless_a_finalizer_holds_it()
    {
        JsonObject pod = Pod();
        pod["metadata"]!["deletionTimestamp"] = "2026-05-01T11:00:00Z";
        Assert.IsType<DeleteObject>(Assert.Single(Plan(pod, null).Mutations));

        pod["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        Assert.Empty(Plan(pod, null).Mutations);
    }

    [Fact]
    public void A_NoExecute_taint_evicts_at_once_later_or_never_as_tolerated()
    {
        JsonObject node = ClusterObjects.Node("a");
        node["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "gone", ["effect"] = "NoExecute", ["timeAdded"] = "2026-05-01T11:59:00Z" });

        var marked = Assert.IsType<UpdateObject>(Assert.Single(Plan(Pod(), node).Mutations));
        Assert.Equal("2026-05-01T12:00:30Z", JsonNode.Parse(Encoding.UTF8.GetString(marked.Body.Span))!["metadata"]!["deletionTimestamp"]!.GetValue<string>());

        JsonObject later = Tolerating(seconds: 300);
        Assert.Empty(Plan(later, node).Mutations);
        Assert.Equal(TimeSpan.FromSeconds(240), Plan(later, node).LookAgainAfter);

        Assert.Single(Plan(Tolerating(seconds: 60), node).Mutations);
        Assert.Equal(ReconcilePlan.Nothing, Plan(Tolerating(seconds: null), node));
    }

    [Fact]
    public void A_terminating_pod_of_a_node_that_is_out_of_service_is_not_waited_for()
    {
        JsonObject pod = Pod();
        pod["metadata"]!["deletionTimestamp"] = "2026-05-01T12:00:30Z";
        pod["metadata"]!["deletionGracePeriodSeconds"] = 30;
        JsonObject node = ClusterObjects.Node("a", ready: false);
        Assert.Empty(Plan(pod, node).Mutations);
        node["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "node.kubernetes.io/out-of-service", ["effect"] = "NoExecute" });
        Assert.IsType<DeleteObject>(Plan(pod, node).Mutations.Single());
    }

    [Fact]
    public void A_ready_pod_of_a_lost_node_is_ready_no_more()
    {
        JsonObject node = ClusterObjects.Node("a");
        node["status"]!["conditions"]![0]!["status"] = "Unknown";
        JsonObject pod = Pod();
        pod["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" });

        var written = Assert.IsType<UpdateObject>(Assert.Single(Plan(pod, node).Mutations));
        JsonNode condition = JsonNode.Parse(Encoding.UTF8.GetString(written.Body.Span))!["status"]!["conditions"]![0]!;
        Assert.Equal("False", condition["status"]!.GetValue<string>());
        Assert.Equal("NodeNotReady", condition["reason"]!.GetValue<string>());
    }

    private static JsonObject Pod()
    {
        JsonObject pod = ClusterObjects.Pod("p");
        pod["spec"]!["nodeName"] = "a";
        return pod;
    }

    private static JsonObject Tolerating(int? seconds)
    {
        JsonObject pod = Pod();
        var toleration = new JsonObject { ["key"] = "gone", ["operator"] = "Exists" };
        if (seconds is not null)
        {
            toleration["tolerationSeconds"] = seconds;
        }

        pod["spec"]!["tolerations"] = new JsonArray(toleration);
        return pod;
    }

    private static ReconcilePlan Plan(JsonObject pod, JsonObject? node) =>
        WorkloadFate.Plan(Stored(pod), node is null ? null : StoredObjects.Of("nodes", node), Now, Now);

    private static StoredObject Stored(JsonObject pod) => StoredObjects.Of("pods", pod);
}

using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Autoscaling;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.Grains;

public sealed class AutoscalerPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Twice_the_target_is_twice_the_pods_and_the_reason_is_told()
    {
        ReconcilePlan plan = Plan(replicas: 3, usedMilli: [100, 100, 100]);
        Assert.Equal(6, Replicas(plan));
        Assert.Equal("True SucceededRescale", Condition(plan, "AbleToScale"));
        Assert.Equal("True ValidMetricFound", Condition(plan, "ScalingActive"));
        Assert.Contains("New size: 6; reason: cpu resource utilization (percentage of request) above target", plan.Events.Single().Message, StringComparison.Ordinal);
        Assert.Equal(100, Status(plan).Items("currentMetrics").Single().Item.Child("resource", "current").Integer("averageUtilization"));
    }

    [Fact]
    public void What_is_within_a_tenth_of_the_target_stays() => Assert.Null(Replicas(Plan(replicas: 3, usedMilli: [54, 54, 54])));

    [Fact]
    public void The_least_and_the_most_replicas_bound_it()
    {
        ReconcilePlan up = Plan(replicas: 8, usedMilli: [.. Enumerable.Repeat(100, 8)]);
        Assert.Equal(10, Replicas(up));
        Assert.Equal("True TooManyReplicas", Condition(up, "ScalingLimited"));
        Assert.Equal(10, Replicas(Plan(replicas: 12, usedMilli: [])));
    }

    [Fact]
    public void Pods_are_taken_away_only_after_all_have_been_too_many_for_the_window()
    {
        var memory = new ScalingMemory(Now.AddHours(-1));
        memory.Recommend(Now.AddSeconds(-200), 6);
        ReconcilePlan held = Plan(replicas: 6, usedMilli: [.. Enumerable.Repeat(10, 6)], memory: memory);
        Assert.Null(Replicas(held));
        Assert.Equal("True ScaleDownStabilized", Condition(held, "AbleToScale"));
        Assert.Equal(2, Replicas(Plan(replicas: 6, usedMilli: [.. Enumerable.Repeat(10, 6)], memory: memory, now: Now.AddSeconds(120))));
        Assert.Null(Replicas(Plan(replicas: 6, usedMilli: [.. Enumerable.Repeat(10, 6)], memory: new ScalingMemory(Now))));
    }

    [Fact]
    public void A_policy_limits_the_step()
    {
        ReconcilePlan plan = Plan(
            replicas: 2, usedMilli: [500, 500],
            behavior: new JsonObject { ["scaleUp"] = new JsonObject { ["policies"] = new JsonArray(new JsonObject { ["type"] = "Pods", ["value"] = 1, ["periodSeconds"] = 60 }) } });
        Assert.Equal(3, Replicas(plan));
        Assert.Equal("True ScaleUpLimit", Condition(plan, "ScalingLimited"));
    }

    [Fact]
    public void Pods_that_are_not_measured_damp_the_growth()
    {
        // Two at twice the target and two of which nothing is known: four times nothing but what is known is no reason to grow.
        Assert.Null(Replicas(Plan(replicas: 4, usedMilli: [100, 100, null, null])));
        ReconcilePlan unknown = Plan(replicas: 2, usedMilli: [null, null]);
        Assert.Null(Replicas(unknown));
        Assert.Equal("False FailedGetResourceMetric", Condition(unknown, "ScalingActive"));
    }

    [Fact]
    public void Without_a_target_or_with_one_that_is_switched_off_nothing_is_scaled()
    {
        Assert.Equal("False FailedGetScale", Condition(Plan(replicas: 1, usedMilli: [], hasTarget: false), "AbleToScale"));
        Assert.Equal("False ScalingDisabled", Condition(Plan(replicas: 0, usedMilli: []), "ScalingActive"));
    }

    private static ReconcilePlan Plan(
        int replicas, int?[] usedMilli, JsonObject? behavior = null, ScalingMemory? memory = null, bool hasTarget = true, DateTimeOffset? now = null)
    {
        var spec = new JsonObject
        {
            ["minReplicas"] = 1,
            ["maxReplicas"] = 10,
            ["scaleTargetRef"] = new JsonObject { ["kind"] = "Deployment", ["name"] = "web" },
            ["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = 50 } },
            }),
            ["behavior"] = behavior,
        };
        StoredObject autoscaler = Stored("horizontalpodautoscalers.autoscaling", "autoscaling/v2", "HorizontalPodAutoscaler", "h", spec);
        StoredObject deployment = Stored("deployments.apps", "apps/v1", "Deployment", "web", new JsonObject { ["replicas"] = replicas });
        List<ScalablePod> pods = [.. usedMilli.Select((_, i) => new ScalablePod(Pod($"web-{i}")))];
        var usage = new Dictionary<string, PodUsageSample>();
        for (int i = 0; i < usedMilli.Length; i++)
        {
            if (usedMilli[i] is { } milli)
            {
                usage[pods[i].Stored.Uid] = new PodUsageSample(new Dictionary<(string, string), long> { [("main", "cpu")] = milli });
            }
        }

        ScaleTarget? target = hasTarget ? new ScaleTarget(deployment, ClusterObjects.Read(deployment), "spec.replicas") : null;
        return AutoscalerPlan.Plan(new AutoscalerView(
            autoscaler, ClusterObjects.Read(autoscaler), target, replicas, pods, usage, memory ?? new ScalingMemory(Now.AddHours(-1)), now ?? Now));
    }

    private static StoredObject Pod(string name)
    {
        JsonObject pod = ClusterObjects.Pod(name);
        pod["spec"]!["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "100m" } } });
        pod["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["startTime"] = "2026-05-01T11:00:00Z",
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True", ["lastTransitionTime"] = "2026-05-01T11:00:05Z" }),
        };
        return StoredObjects.Of("pods", pod);
    }

    private static StoredObject Stored(string resource, string apiVersion, string kind, string name, JsonObject spec) => StoredObjects.Of(resource, new JsonObject
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["uid"] = $"{kind}-uid" },
        ["spec"] = spec,
    });

    private static long? Replicas(ReconcilePlan plan) => plan.Mutations.OfType<UpdateObject>()
        .Select(u => ((JsonObject)JsonNode.Parse(Encoding.UTF8.GetString(u.Body.Span))!).Child("spec").Integer("replicas")).SingleOrDefault();

    private static JsonObject? Status(ReconcilePlan plan) => ((JsonObject)JsonNode.Parse(Encoding.UTF8.GetString(plan.Anchor!.Body.Span))!).Child("status");

    private static string Condition(ReconcilePlan plan, string type) => Status(plan).Items("conditions").Select(c => c.Item)
        .Where(c => c.Text("type") == type).Select(c => $"{c.Text("status")} {c.Text("reason")}").Single();
}

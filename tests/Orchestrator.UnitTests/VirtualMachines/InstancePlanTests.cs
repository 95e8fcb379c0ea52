using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Grains.VirtualMachines;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.VirtualMachines;

public sealed class InstancePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Its_pod_reserves_what_the_guest_has_and_the_emulator_needs_and_carries_its_volumes()
    {
        JsonObject pod = InstancePlan.Plan(View(new JsonObject())).Creations.Bodies.Single();
        JsonObject container = pod.Child("spec").Items("containers").Single().Item;
        Assert.Equal("vm", pod.Child("spec").Text("runtimeClassName"));
        Assert.Equal((1024L + 64) << 20, long.Parse(container.Child("resources", "requests").Text("memory")!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("200m", container.Child("resources", "requests").Text("cpu"));
        Assert.Equal(["disk", "seed"], pod.Child("spec").Items("volumes").Select(v => v.Item.Text("name")));
        Assert.Equal("/machine/volumes/seed", container.Items("volumeMounts").Last().Item.Text("mountPath"));
    }

    [Fact]
    public void It_names_its_pod_in_the_transaction_that_makes_it()
    {
        ReconcilePlan wanted = InstancePlan.Plan(View(new JsonObject()));
        JsonObject body = wanted.Creations.Bodies.Single();
        body["metadata"]!["uid"] = "pod-uid";
        ReconcilePlan plan = wanted.Conclude!(new AdmittedObjects([new CreateObject(new ObjectKey("pods", "default", "web-x"), "pod-uid", Encoding.UTF8.GetBytes(body.ToJsonString()))], [], null));
        JsonObject instance = (JsonObject)JsonNode.Parse(plan.Anchor!.Body.Span)!;
        Assert.True(instance.Child("status", "activePods")!.ContainsKey("pod-uid"));
        Assert.Equal("Scheduling", instance.Child("status").Text("phase"));
        Assert.Contains("foregroundDeleteVirtualMachine", instance.Child("metadata").Texts("finalizers"));
    }

    [Fact]
    public void A_pod_that_is_gone_is_a_failure_and_not_made_again()
    {
        ReconcilePlan plan = InstancePlan.Plan(View(new JsonObject { ["phase"] = "Running", ["activePods"] = new JsonObject { ["pod-uid"] = "node" } }));
        Assert.Null(plan.Conclude);
        Assert.Equal("Failed", Status(plan).Text("phase"));
    }

    [Theory]
    [InlineData("", "Pending", "", "Scheduling")]
    [InlineData("node", "Pending", "", "Scheduled")]
    [InlineData("node", "Running", "running", "Running")]
    [InlineData("node", "Succeeded", "terminated", "Succeeded")]
    [InlineData("node", "Failed", "terminated", "Failed")]
    public void Its_phase_follows_the_pod(string node, string podPhase, string state, string expected)
    {
        ReconcilePlan plan = InstancePlan.Plan(View(new JsonObject { ["phase"] = "Pending", ["activePods"] = new JsonObject { ["pod-uid"] = "" } }, Pod(node, podPhase, state)));
        Assert.Equal(expected, Status(plan).Text("phase"));
        Assert.Equal(expected == "Running" ? "True" : "False", Status(plan).Items("conditions").Single(c => c.Item.Text("type") == "Ready").Item.Text("status"));
    }

    [Fact]
    public void A_paused_machine_is_not_ready()
    {
        StoredObject pod = Pod("node", "Running", "running", new JsonObject { ["type"] = "orchestrator.dev/Paused", ["status"] = "True", ["reason"] = "PausedByUser" });
        JsonObject status = Status(InstancePlan.Plan(View(new JsonObject { ["phase"] = "Running", ["activePods"] = new JsonObject { ["pod-uid"] = "" } }, pod)));
        Assert.Equal("PausedByUser", status.Items("conditions").Single(c => c.Item.Text("type") == "Paused").Item.Text("reason"));
        Assert.Equal("False", status.Items("conditions").Single(c => c.Item.Text("type") == "Ready").Item.Text("status"));
    }

    [Fact]
    public void It_ends_by_its_pod_with_its_own_grace_and_goes_when_the_pod_is_gone()
    {
        JsonObject status = new() { ["phase"] = "Running", ["activePods"] = new JsonObject { ["pod-uid"] = "node" } };
        ReconcilePlan ending = InstancePlan.Plan(View(status, Pod("node", "Running", "running"), isTerminating: true));
        JsonObject pod = (JsonObject)JsonNode.Parse(((UpdateObject)ending.Mutations.Single()).Body.Span)!;
        Assert.Equal(77, pod.Child("metadata").Integer("deletionGracePeriodSeconds"));
        Assert.IsType<DeleteObject>(InstancePlan.Plan(View((JsonObject)status.DeepClone(), isTerminating: true)).Mutations.Single());
    }

    private static InstanceView View(JsonObject status, StoredObject? pod = null, bool isTerminating = false)
    {
        JsonObject metadata = new() { ["name"] = "web", ["namespace"] = "default", ["uid"] = "instance-uid" };
        if (isTerminating)
        {
            metadata["deletionTimestamp"] = "2026-05-01T11:59:59Z";
            metadata["deletionGracePeriodSeconds"] = 0;
            metadata["finalizers"] = new JsonArray("foregroundDeleteVirtualMachine");
        }

        StoredObject instance = StoredObjects.Of("virtualmachineinstances.kubevirt.io", new JsonObject
        {
            ["apiVersion"] = "kubevirt.io/v1",
            ["kind"] = "VirtualMachineInstance",
            ["metadata"] = metadata,
            ["spec"] = JsonNode.Parse("""
                {"terminationGracePeriodSeconds":77,
                 "domain":{"memory":{"guest":"1Gi"},"cpu":{"cores":2},"devices":{"disks":[{"name":"disk"},{"name":"seed"}]}},
                 "volumes":[{"name":"disk","hostDisk":{"path":"/disks/a.img","type":"Disk"}},{"name":"seed","cloudInitNoCloud":{"secretRef":{"name":"seed"}}}]}
                """),
            ["status"] = status,
        });
        return new InstanceView(instance, ClusterObjects.Read(instance), pod is null ? [] : [pod], MayCreate: true, Now);
    }

    private static StoredObject Pod(string node, string phase, string state, JsonObject? condition = null) => StoredObjects.Of("pods", new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = "web-x", ["namespace"] = "default", ["uid"] = "pod-uid" },
        ["spec"] = new JsonObject { ["nodeName"] = node },
        ["status"] = new JsonObject
        {
            ["phase"] = phase,
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = phase == "Running" ? "True" : "False" }, condition),
            ["containerStatuses"] = state.Length == 0 ? null : new JsonArray(new JsonObject { ["state"] = new JsonObject { [state] = new JsonObject { ["reason"] = "x" } } }),
        },
    });

    private static JsonObject Status(ReconcilePlan plan) => ((JsonObject)JsonNode.Parse(plan.Anchor!.Body.Span)!).Child("status")!;
}

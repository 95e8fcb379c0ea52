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

public sealed class VirtualMachinePlanTests
{
    private const string InstanceUid = "instance-uid";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Strategy, phase of the instance (none: there is none), request, strategy acted upon last; what is done.</summary>
    [Theory]
    [InlineData("Always", "", "", "", "Start")]
    [InlineData("Always", "Running", "", "Always", "Nothing")]
    [InlineData("Always", "Running", "Stop", "Always", "Stop")]
    [InlineData("Always", "Succeeded", "", "Always", "Stop")]
    [InlineData("Always", "Failed", "", "Always", "Stop")]
    [InlineData("RerunOnFailure", "", "", "", "Start")]
    [InlineData("RerunOnFailure", "", "", "RerunOnFailure", "Nothing")]
    [InlineData("RerunOnFailure", "", "Start", "RerunOnFailure", "Start")]
    [InlineData("RerunOnFailure", "Failed", "", "RerunOnFailure", "Stop")]
    [InlineData("RerunOnFailure", "Succeeded", "", "RerunOnFailure", "Stop")]
    [InlineData("Manual", "", "", "", "Nothing")]
    [InlineData("Manual", "", "Start", "Manual", "Start")]
    [InlineData("Manual", "Running", "Stop", "Manual", "Stop")]
    [InlineData("Manual", "Failed", "", "Manual", "Nothing")]
    [InlineData("Once", "", "", "", "Start")]
    [InlineData("Once", "Failed", "", "Once", "Nothing")]
    [InlineData("Once", "Succeeded", "", "Once", "Nothing")]
    [InlineData("Halted", "", "", "", "Nothing")]
    [InlineData("Halted", "Running", "", "Always", "Stop")]
    [InlineData("Halted", "", "Start", "Halted", "Start")]
    public void The_strategy_decides(string strategy, string phase, string request, string last, string expected) =>
        Assert.Equal(expected, VirtualMachinePlan.Decide(View(strategy, phase, request, last)).ToString());

    [Fact]
    public void An_instance_is_made_with_the_status_that_says_so()
    {
        ReconcilePlan wanted = VirtualMachinePlan.Plan(View("Always"));
        JsonObject body = wanted.Creations.Bodies.Single();
        Assert.Equal("web", body.Child("metadata").Text("name"));
        ReconcilePlan plan = wanted.Conclude!(Admitted(body));
        Assert.Equal("Starting", Status(plan).Text("printableStatus"));
        Assert.True(Status(plan).Flag("created"));
        Assert.Equal("SuccessfulCreate", plan.Events.Single().Reason);
    }

    [Fact]
    public void A_refused_instance_is_a_failure_that_says_why()
    {
        ReconcilePlan plan = VirtualMachinePlan.Plan(View("Always")).Conclude!(new AdmittedObjects([], [], "exceeded quota"));
        JsonObject failure = Status(plan).Items("conditions").Single(c => c.Item.Text("type") == "Failure").Item;
        Assert.Equal("exceeded quota", failure.Text("message"));
        Assert.Equal("Provisioning", Status(plan).Text("printableStatus"));
    }

    [Fact]
    public void What_failed_before_it_ran_is_waited_for_longer_each_time()
    {
        ReconcilePlan first = VirtualMachinePlan.Plan(View("Always", "Failed", hasRun: false));
        Assert.Equal(1, Status(first).Child("startFailure").Integer("consecutiveFailCount"));
        VirtualMachineView gone = View("Always", status: new JsonObject
        {
            ["startFailure"] = new JsonObject { ["consecutiveFailCount"] = 2, ["retryAfterTimestamp"] = "2026-05-01T12:00:40Z" },
        });
        ReconcilePlan waits = VirtualMachinePlan.Plan(gone);
        Assert.Equal(TimeSpan.FromSeconds(40), waits.LookAgainAfter);
        Assert.Equal("CrashLoopBackOff", Status(waits).Text("printableStatus"));
    }

    [Fact]
    public void A_failed_machine_that_reruns_is_asked_to_start_again_and_one_that_succeeded_is_not()
    {
        Assert.Equal("Start", Status(VirtualMachinePlan.Plan(View("RerunOnFailure", "Failed", last: "RerunOnFailure"))).Items("stateChangeRequests").Single().Item.Text("action"));
        Assert.Empty(Status(VirtualMachinePlan.Plan(View("RerunOnFailure", "Succeeded", last: "RerunOnFailure"))).Items("stateChangeRequests"));
    }

    [Fact]
    public void A_restart_stops_first_and_its_requests_are_forgotten_as_they_are_done()
    {
        ReconcilePlan stopping = VirtualMachinePlan.Plan(View("Manual", "Running", "Stop", "Manual"));
        Assert.Single(stopping.Mutations);
        Assert.Equal("Stopping", Status(stopping).Text("printableStatus"));
        VirtualMachineView gone = View("Manual", status: new JsonObject
        {
            ["runStrategy"] = "Manual",
            ["stateChangeRequests"] = new JsonArray(new JsonObject { ["action"] = "Stop", ["uid"] = InstanceUid }, new JsonObject { ["action"] = "Start" }),
        });
        ReconcilePlan wanted = VirtualMachinePlan.Plan(gone);
        Assert.Empty(Status(wanted.Conclude!(Admitted(wanted.Creations.Bodies.Single()))).Items("stateChangeRequests"));
    }

    [Fact]
    public void Planning_twice_changes_nothing_more()
    {
        VirtualMachineView view = View("Always", "Running", last: "Always");
        StoredObject after = StoredObjects.Of("virtualmachines.kubevirt.io", (JsonObject)JsonNode.Parse(VirtualMachinePlan.Plan(view).Anchor!.Body.Span)!);
        Assert.Null(VirtualMachinePlan.Plan(view with { Stored = after, Json = ClusterObjects.Read(after) }).Anchor);
    }

    private static AdmittedObjects Admitted(JsonObject body)
    {
        body["metadata"]!["uid"] = "new";
        return new AdmittedObjects([new CreateObject(new ObjectKey("virtualmachineinstances.kubevirt.io", "default", "web"), "new", Encoding.UTF8.GetBytes(body.ToJsonString()))], [], null);
    }

    private static VirtualMachineView View(string strategy, string phase = "", string request = "", string last = "", bool hasRun = true, JsonObject? status = null)
    {
        status ??= [];
        if (request.Length > 0)
        {
            status["stateChangeRequests"] = new JsonArray(new JsonObject { ["action"] = request, ["uid"] = request == "Stop" ? InstanceUid : null });
        }

        if (last.Length > 0)
        {
            status["runStrategy"] = last;
        }

        StoredObject machine = Stored("virtualmachines.kubevirt.io", "VirtualMachine", "machine-uid", new JsonObject { ["runStrategy"] = strategy, ["template"] = new JsonObject { ["spec"] = new JsonObject() } }, status);
        StoredObject? instance = phase.Length == 0 ? null : Stored("virtualmachineinstances.kubevirt.io", "VirtualMachineInstance", InstanceUid, [], new JsonObject
        {
            ["phase"] = phase,
            ["phaseTransitionTimestamps"] = new JsonArray(new JsonObject { ["phase"] = hasRun ? "Running" : "Scheduling" }),
        });
        return new VirtualMachineView(machine, ClusterObjects.Read(machine), instance, IsNameTaken: false, MayCreate: true, Now);
    }

    private static StoredObject Stored(string resource, string kind, string uid, JsonObject spec, JsonObject status) => StoredObjects.Of(resource, new JsonObject
    {
        ["apiVersion"] = "kubevirt.io/v1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "default", ["uid"] = uid, ["generation"] = 1 },
        ["spec"] = spec,
        ["status"] = status,
    });

    private static JsonObject Status(ReconcilePlan plan) => ((JsonObject)JsonNode.Parse(plan.Anchor!.Body.Span)!).Child("status")!;
}

using System.Collections.Immutable;
using k8s.Models;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Status;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class PodStatusTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    [Fact]
    public void A_pod_without_a_sandbox_is_pending_and_being_created()
    {
        var status = View(PodPlanTests.Pod("Always"), null).Compute();
        Assert.Equal("Pending", status.Phase);
        Assert.Equal("PodInitializing", status.ContainerStatuses[0].State.Waiting.Reason);
        Assert.Equal("ContainerCreating", status.InitContainerStatuses[0].State.Waiting.Reason);
        Assert.Equal("False", Condition(status, "PodReadyToStartContainers"));
        Assert.Equal("False", Condition(status, "Initialized"));
        Assert.Equal(Now.UtcDateTime, status.StartTime);
    }

    [Fact]
    public void A_running_pod_is_ready_and_keeps_what_others_wrote()
    {
        var pod = PodPlanTests.Pod("Always");
        pod.Status = new V1PodStatus { QosClass = "Burstable", Conditions = [new V1PodCondition { Type = "PodScheduled", Status = "True" }, new V1PodCondition { Type = "x/y", Status = "False" }] };
        var status = View(pod, Sandbox(("init", 0, ContainerState.Exited, 0), ("a", 0, ContainerState.Running, 0), ("b", 2, ContainerState.Running, 0))).Compute();
        Assert.Equal("Running", status.Phase);
        Assert.Equal("10.0.0.9", status.PodIP);
        Assert.Equal("Burstable", status.QosClass);
        Assert.All(["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"], t => Assert.Equal("True", Condition(status, t)));
        Assert.Equal("False", Condition(status, "x/y"));
        Assert.Equal(2, status.ContainerStatuses[1].RestartCount);
        Assert.Equal("containerd://b2", status.ContainerStatuses[1].ContainerID);
    }

    [Theory]
    [InlineData("Never", 0, 0, "Succeeded")]
    [InlineData("Never", 0, 3, "Failed")]
    [InlineData("OnFailure", 0, 0, "Succeeded")]
    [InlineData("OnFailure", 0, 3, "Running")]
    [InlineData("Always", 0, 0, "Running")]
    public void The_phase_of_ended_containers_is_the_policys(string policy, int a, int b, string phase)
    {
        var status = View(PodPlanTests.Pod(policy), Sandbox(("init", 0, ContainerState.Exited, 0), ("a", 0, ContainerState.Exited, a), ("b", 0, ContainerState.Exited, b))).Compute();
        Assert.Equal(phase, status.Phase);
    }

    [Fact]
    public void A_failed_init_container_of_a_pod_that_never_restarts_fails_it()
    {
        var status = View(PodPlanTests.Pod("Never"), Sandbox(("init", 0, ContainerState.Exited, 1))).Compute();
        Assert.Equal("Failed", status.Phase);
        Assert.Equal(1, status.InitContainerStatuses[0].State.Terminated.ExitCode);
    }

    [Fact]
    public void A_container_that_is_held_back_shows_how_it_ended_last()
    {
        var waiting = ImmutableDictionary<string, WaitingState>.Empty.Add("a", new WaitingState("CrashLoopBackOff", "back-off"));
        var view = View(PodPlanTests.Pod("Always"), Sandbox(("init", 0, ContainerState.Exited, 0), ("a", 1, ContainerState.Exited, 9), ("b", 0, ContainerState.Running, 0)));
        var status = (view with { Waiting = waiting }).Compute();
        Assert.Equal("CrashLoopBackOff", status.ContainerStatuses[0].State.Waiting.Reason);
        Assert.Equal(9, status.ContainerStatuses[0].LastState.Terminated.ExitCode);
        Assert.Equal("Running", status.Phase);
        Assert.Equal("False", Condition(status, "Ready"));
    }

    [Fact]
    public void Computing_again_from_what_was_written_changes_nothing()
    {
        var pod = PodPlanTests.Pod("Always");
        var sandbox = Sandbox(("init", 0, ContainerState.Exited, 0), ("a", 1, ContainerState.Running, 0), ("b", 0, ContainerState.Running, 0));
        pod.Status = View(pod, sandbox).Compute();
        Assert.Null(StatusPatch.Between(pod, (View(pod, sandbox) with { Now = Now.AddHours(1) }).Compute()));
    }

    [Fact]
    public void The_patch_has_only_what_differs_and_guards_the_uid()
    {
        var pod = PodPlanTests.Pod("Always");
        pod.Status = new V1PodStatus { Phase = "Pending", Message = "old", HostIP = "1.2.3.4" };
        var patch = StatusPatch.Between(pod, new V1PodStatus { Phase = "Running", HostIP = "1.2.3.4" })!;
        Assert.Equal("""{"metadata":{"uid":"u"},"status":{"phase":"Running","message":null}}""", patch.ToJsonString());
    }

    private static string? Condition(V1PodStatus status, string type) => status.Conditions.Single(c => c.Type == type).Status;

    private static PodStatusView View(V1Pod pod, ObservedSandbox? sandbox) =>
        new(pod, sandbox, "containerd", PodPlan.NoneWaiting, null, PodHealth.Unknown, "192.0.2.1", null, Now);

    private static ObservedSandbox Sandbox(params (string Name, int Attempt, ContainerState State, int ExitCode)[] containers) => new(
        "s", "u", "default", "p", 0, true, "10.0.0.9", Now,
        [.. containers.Select(c => new ObservedContainer(
            $"{c.Name}{c.Attempt}", c.Name, c.Attempt, "i", "sha256:i", c.State, c.ExitCode, null, null, Now, c.State == ContainerState.Exited ? Now : null, 1))]);
}

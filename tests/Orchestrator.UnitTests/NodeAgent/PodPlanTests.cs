using CsCheck;
using k8s.Models;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Steps;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class PodPlanTests
{
    [Fact]
    public void A_new_pod_gets_its_sandbox_then_its_init_container_then_its_containers()
    {
        var node = new ModelNode(Pod("Always"));
        Assert.Equal([new RunSandbox(0)], node.Plan(PodMemory.Empty).Steps);
        node.Apply(new RunSandbox(0));
        Assert.Equal([new PullImage("init"), new CreateContainer("init", 0), new StartContainer("init", 0)], node.Plan(PodMemory.Empty).Steps);
        node.Apply(new CreateContainer("init", 0));
        node.Apply(new StartContainer("init", 0));
        Assert.Empty(node.Plan(PodMemory.Empty).Steps);
        node.FinishInit();
        Assert.Equal(["a", "a", "a", "b", "b", "b"], node.Plan(PodMemory.Empty).Steps.Select(s => s.Container));
    }

    [Fact]
    public void A_container_that_was_created_before_a_crash_is_only_started()
    {
        var node = Initialized("Always");
        node.Apply(new CreateContainer("a", 0));
        Assert.Contains(new StartContainer("a", 0), node.Plan(PodMemory.Empty).Steps);
        Assert.DoesNotContain(node.Plan(PodMemory.Empty).Steps, s => s is CreateContainer { Name: "a" });
    }

    [Fact]
    public void An_ephemeral_container_runs_once_whatever_the_policy_and_does_not_wait_for_init_containers()
    {
        var pod = Pod("Always");
        pod.Spec.EphemeralContainers = [new V1EphemeralContainer { Name = "debug", Image = "i" }];
        var node = new ModelNode(pod);
        node.Apply(new RunSandbox(0));
        Assert.Equal(["debug", "debug", "debug", "init", "init", "init"], node.Plan(PodMemory.Empty).Steps.Select(s => s.Container));
        node.Apply(new CreateContainer("debug", 0));
        Assert.Contains(new StartContainer("debug", 0), node.Plan(PodMemory.Empty).Steps);
        node.Apply(new StartContainer("debug", 0));
        Assert.DoesNotContain(node.Plan(PodMemory.Empty).Steps, s => s.Container == "debug");
        node.End(node.Containers.Single(c => c.Name == "debug").Id, 1);
        Assert.DoesNotContain(node.Plan(PodMemory.Empty).Steps, s => s.Container == "debug");
    }

    [Theory]
    [InlineData("Always", 0, true)]
    [InlineData("Always", 1, true)]
    [InlineData("OnFailure", 0, false)]
    [InlineData("OnFailure", 1, true)]
    [InlineData("Never", 0, false)]
    [InlineData("Never", 1, false)]
    public void An_ended_container_is_restarted_as_the_policy_says(string policy, int exitCode, bool restarts)
    {
        var node = Running(policy);
        node.End(node.Containers.First(c => c.Name == "a").Id, exitCode);
        Assert.Equal(restarts, node.Plan(PodMemory.Empty).Steps.Contains(new CreateContainer("a", 1)));
    }

    [Fact]
    public void The_first_restart_is_immediate_and_the_next_ones_wait_ever_longer()
    {
        var node = Running("Always");
        TimeSpan[] expected = [TimeSpan.Zero, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40)];
        foreach (var (delay, attempt) in expected.Select((d, i) => (d, i)))
        {
            node.End(node.Containers.Single(c => c.Name == "a" && c.Attempt == attempt).Id, 1);
            var plan = node.Plan(PodMemory.Empty);
            if (delay > TimeSpan.Zero)
            {
                Assert.Equal(WaitingReasons.CrashLoopBackOff, plan.Waiting["a"].Reason);
                Assert.Equal(node.Now + delay, plan.RetryAt);
                Assert.DoesNotContain(plan.Steps, s => s is CreateContainer);
                node.Advance(delay);
            }

            Settle(node, PodMemory.Empty);
        }

        Assert.Equal(2, node.Containers.Count(c => c.Name == "a"));
    }

    [Fact]
    public void A_container_that_ran_long_starts_again_from_the_first_delay()
    {
        var node = Running("Always");
        node.End(node.Containers.First(c => c.Name == "a").Id, 1);
        Settle(node, PodMemory.Empty);
        node.Advance(BackOff.ResetAfter);
        node.End(node.Containers.Single(c => c.Name == "a" && c.Attempt == 1).Id, 1);
        var memory = PodMemory.Empty.Observed(node.Observed.Current, node.Now);
        Assert.Contains(new CreateContainer("a", 2), node.Plan(memory).Steps);
    }

    [Fact]
    public void A_failed_pull_waits_and_says_so_first_as_error_then_as_back_off()
    {
        var node = Initialized("Always");
        var memory = PodMemory.Empty.Failed("a", WaitingReasons.ErrImagePull, "no route", node.Now);
        Assert.Equal(WaitingReasons.ErrImagePull, node.Plan(memory).Waiting["a"].Reason);
        Assert.DoesNotContain(node.Plan(memory).Steps, s => s.Container == "a");
        Assert.Contains(node.Plan(memory).Steps, s => s.Container == "b");
        node.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains(new PullImage("a"), node.Plan(memory).Steps);
        memory = memory.Failed("a", WaitingReasons.ErrImagePull, "no route", node.Now);
        Assert.Equal(WaitingReasons.ImagePullBackOff, node.Plan(memory).Waiting["a"].Reason);
        Assert.Equal(node.Now + TimeSpan.FromSeconds(20), node.Plan(memory).RetryAt);
    }

    [Fact]
    public void A_pod_that_never_restarts_is_not_run_again_when_its_sandbox_is_lost()
    {
        var pod = Pod("Never");
        pod.Status = new V1PodStatus
        {
            ContainerStatuses = [.. pod.Spec.Containers.Select(c => new V1ContainerStatus { Name = c.Name, ContainerID = "containerd://gone", State = new V1ContainerState { Running = new V1ContainerStateRunning() } })],
        };
        Assert.Empty(PodPlan.ToRun(pod, null, [], PodMemory.Empty, PodHealth.Unknown, DateTimeOffset.UnixEpoch).Steps);
    }

    [Fact]
    public void Ending_stops_what_runs_and_only_that()
    {
        var node = Running("Always");
        var ended = node.Containers.First(c => c.Name == "a");
        node.End(ended.Id, 0);
        var stop = Assert.IsType<StopPod>(Assert.Single(PodPlan.ToEnd(Pod("Always"), node.Sandboxes, TimeSpan.FromSeconds(7)).Steps));
        Assert.Equal(["b"], stop.Together.Select(s => s.Name));
        Assert.Empty(stop.After);
        Assert.Equal(TimeSpan.FromSeconds(7), stop.Grace);
    }

    [Fact]
    public void From_any_state_it_gets_everything_running_and_touches_nothing_that_runs() =>
        Gen.Int[0, 1000].List[0, 30].Sample(faults =>
        {
            var node = new ModelNode(Pod("Always"));
            foreach (var fault in faults)
            {
                var plan = node.Plan(PodMemory.Empty);
                AssertHarmless(node, plan);
                // Anything may happen between any two steps.
                foreach (var step in plan.Steps.Take(fault % 4))
                {
                    if (step.IsNeeded(node.Observed))
                    {
                        node.Apply(step);
                    }
                }

                node.FinishInit();
                node.Break(fault);
            }

            Settle(node, PodMemory.Empty);
            Assert.Single(node.Sandboxes);
            Assert.True(node.Observed.Current!.Ready);
            Assert.Equal(["a", "b"], node.Containers.Where(c => c.State == ContainerState.Running).Select(c => c.Name).Order());
        });

    private static void AssertHarmless(ModelNode node, PodPlan plan)
    {
        var running = node.Observed.Current is { Ready: true } current
            ? current.Containers.Where(c => c.State == ContainerState.Running).Select(c => c.Id).ToHashSet()
            : [];
        Assert.DoesNotContain(plan.Steps, s => s is StopContainer stop && running.Contains(stop.Id));
        Assert.DoesNotContain(plan.Steps, s => s is RemoveContainer remove && running.Contains(remove.Id));
        Assert.DoesNotContain(plan.Steps, s => s is RemoveSandbox remove && node.Observed.Current is { Ready: true } ready && remove.Id == ready.Id);
        var initialized = node.Containers.Any(c => c.Name is "a" or "b") || node.Containers.Any(c => c is { Name: "init", State: ContainerState.Exited, ExitCode: 0 });
        Assert.True(initialized || !plan.Steps.Any(s => s is CreateContainer { Name: "a" or "b" }));
    }

    private static void Settle(ModelNode node, PodMemory memory)
    {
        const int enough = 50;
        for (var i = 0; i < enough; i++)
        {
            var plan = node.Plan(memory);
            if (plan.Steps.IsEmpty && plan.RetryAt is null && node.Containers.All(c => c is not { Name: "init", State: ContainerState.Running }))
            {
                return;
            }

            foreach (var step in plan.Steps.Where(s => s.IsNeeded(node.Observed)))
            {
                node.Apply(step);
                Assert.True(step.Verify(node.Observed), $"{step} had no effect");
            }

            node.FinishInit();
            node.Advance(plan.RetryAt is { } at ? at - node.Now : TimeSpan.Zero);
        }

        Assert.Fail("the plan does not come to an end");
    }

    private static ModelNode Initialized(string policy)
    {
        var node = new ModelNode(Pod(policy));
        node.Apply(new RunSandbox(0));
        node.Apply(new CreateContainer("init", 0));
        node.Apply(new StartContainer("init", 0));
        node.FinishInit();
        return node;
    }

    private static ModelNode Running(string policy)
    {
        var node = Initialized(policy);
        Settle(node, PodMemory.Empty);
        return node;
    }

    internal static V1Pod Pod(string policy) => new()
    {
        Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "default", Uid = "u" },
        Spec = new V1PodSpec
        {
            RestartPolicy = policy,
            InitContainers = [new V1Container { Name = "init", Image = "i" }],
            Containers = [new V1Container { Name = "a", Image = "i" }, new V1Container { Name = "b", Image = "i" }],
        },
    };
}

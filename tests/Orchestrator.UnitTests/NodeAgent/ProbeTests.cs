using System.Collections.Immutable;
using k8s.Models;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Status;
using Orchestrator.Agent.Steps;

namespace Orchestrator.UnitTests.NodeAgent;

/// <summary>What probes decide, and what follows from it.</summary>
public sealed class ProbeTests
{
    [Theory]
    [InlineData("ff", 1, 3, null)]
    [InlineData("fff", 1, 3, false)]
    [InlineData("ffsff", 1, 3, true)]
    [InlineData("ffsfff", 1, 3, false)]
    [InlineData("sfs", 2, 2, null)]
    [InlineData("sfss", 2, 2, true)]
    [InlineData("sssff", 3, 2, false)]
    public void Results_in_a_row_decide(string results, int successes, int failures, bool? outcome)
    {
        ProbeTally tally = results.Aggregate(default(ProbeTally), (t, r) => t.After(r == 's', successes, failures));

        Assert.Equal(outcome, tally.Outcome);
    }

    [Fact]
    public void A_container_that_fails_its_liveness_probe_is_stopped_and_run_again()
    {
        ModelNode node = Started(Pod(new V1Container { Name = "a", Image = "i", LivenessProbe = new V1Probe { TerminationGracePeriodSeconds = 7 } }));
        string id = node.Containers.Single().Id;
        node.Health = Health((id, ProbeKind.Liveness, false));

        var stop = Assert.IsType<StopContainer>(Assert.Single(node.Plan(PodMemory.Empty).Steps));
        Assert.Equal((id, TimeSpan.FromSeconds(7), "Container a failed liveness probe, will be restarted"), (stop.Id, stop.Grace, stop.Because));
        node.Apply(stop);
        Assert.Contains(new CreateContainer("a", 1), node.Plan(PodMemory.Empty).Steps);
    }

    [Fact]
    public void A_decision_about_a_container_says_nothing_of_the_next_attempt()
    {
        ModelNode node = Started(Pod(new V1Container { Name = "a", Image = "i", LivenessProbe = new V1Probe() }));
        node.Health = Health(("another", ProbeKind.Liveness, false));

        Assert.Empty(node.Plan(PodMemory.Empty).Steps);
    }

    [Fact]
    public void Containers_wait_for_the_sidecars_before_them_to_start()
    {
        V1Pod pod = Pod(new V1Container { Name = "a", Image = "i" });
        pod.Spec.InitContainers = [new V1Container { Name = "side", Image = "i", RestartPolicy = "Always", StartupProbe = new V1Probe() }];
        var node = new ModelNode(pod);
        Settle(node);
        Assert.Equal(["side"], node.Containers.Select(c => c.Name));

        node.Health = Health((node.Containers.Single().Id, ProbeKind.Startup, true));
        Settle(node);
        Assert.Equal(["side", "a"], node.Containers.Select(c => c.Name));

        // A sidecar is run again whatever the pod's policy says, beside the others.
        node.End(node.Containers.Single(c => c.Name == "side").Id, 0);
        Assert.Contains(new CreateContainer("side", 1), node.Plan(PodMemory.Empty).Steps);
    }

    [Fact]
    public void A_pod_is_done_when_its_containers_are_and_its_sidecars_end_last()
    {
        V1Pod pod = Pod(new V1Container { Name = "a", Image = "i" });
        pod.Spec.RestartPolicy = "Never";
        pod.Spec.InitContainers = [.. new[] { "one", "two" }.Select(n => new V1Container { Name = n, Image = "i", RestartPolicy = "Always" })];
        var node = new ModelNode(pod);
        Settle(node);
        var stop = Assert.IsType<StopPod>(Assert.Single(PodPlan.ToEnd(pod, [node.Observed.Current!], TimeSpan.Zero).Steps));
        Assert.Equal(["a"], stop.Together.Select(s => s.Name));
        Assert.Equal(["two", "one"], stop.After.Select(s => s.Name));

        node.End(node.Containers.Single(c => c.Name == "a").Id, 0);
        Assert.Equal("Running", Status(pod, node).Phase);
        var rest = Assert.IsType<StopPod>(Assert.Single(node.Plan(PodMemory.Empty).Steps));
        Assert.Equal(["two", "one"], rest.After.Select(s => s.Name));
        node.Apply(rest);
        Assert.Equal("Succeeded", Status(pod, node).Phase);
    }

    [Fact]
    public void Readiness_is_what_the_probe_says_and_before_that_what_was_reported()
    {
        V1Pod pod = Pod(new V1Container { Name = "a", Image = "i", ReadinessProbe = new V1Probe(), StartupProbe = new V1Probe() });
        ModelNode node = Started(pod);
        string id = node.Containers.Single().Id;
        Assert.Equal((false, false), Readiness(pod, node));

        node.Health = Health((id, ProbeKind.Startup, true));
        Assert.Equal((true, false), Readiness(pod, node));
        node.Health = Health((id, ProbeKind.Startup, true), (id, ProbeKind.Readiness, true));
        Assert.Equal((true, true), Readiness(pod, node));
        Assert.Equal("True", Status(pod, node).Conditions.Single(c => c.Type == "Ready").Status);

        pod.Status = Status(pod, node);
        node.Health = PodHealth.Unknown;
        Assert.Equal((true, true), Readiness(pod, node));
        node.Health = Health((id, ProbeKind.Readiness, false));
        Assert.Equal((true, false), Readiness(pod, node));
    }

    private static PodHealth Health(params (string Id, ProbeKind Kind, bool Outcome)[] outcomes) =>
        new(outcomes.ToImmutableDictionary(o => (o.Id, o.Kind), o => o.Outcome));

    private static (bool Started, bool Ready) Readiness(V1Pod pod, ModelNode node)
    {
        V1ContainerStatus status = Status(pod, node).ContainerStatuses.Single();
        return (status.Started == true, status.Ready);
    }

    private static V1PodStatus Status(V1Pod pod, ModelNode node) =>
        new PodStatusView(pod, node.Observed.Current, "containerd", PodPlan.NoneWaiting, null, node.Health, "10.0.0.9", null, node.Now).Compute();

    private static ModelNode Started(V1Pod pod)
    {
        var node = new ModelNode(pod);
        Settle(node);
        return node;
    }

    private static void Settle(ModelNode node)
    {
        for (int i = 0; i < 10; i++)
        {
            foreach (PodStep step in node.Plan(PodMemory.Empty).Steps)
            {
                node.Apply(step);
            }
        }
    }

    private static V1Pod Pod(params V1Container[] containers) => new()
    {
        Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "default", Uid = "u" },
        Spec = new V1PodSpec { RestartPolicy = "Always", Containers = [.. containers] },
    };
}

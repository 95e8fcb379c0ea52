using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Nodes;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Runtimes.Containerd;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class NodeDecisionTests
{
    [Fact]
    public void The_node_takes_what_fits_and_names_the_resource_that_does_not()
    {
        var admission = new NodeAdmission(new NodeCapacity(2, 4L << 30, 3, 1L << 40, []), new NodePressure(TimeProvider.System));
        var first = Pod("a", "1500m", "1Gi");
        Assert.Null(admission.Admit(first, isKnown: false, []));
        var second = Pod("b", "600m", "1Gi");
        var refusal = admission.Admit(second, isKnown: false, [first]);
        Assert.Equal("OutOfcpu", refusal!.Reason);
        Assert.Equal("Pod was rejected: Node didn't have enough resource: cpu, requested: 600, used: 1500, capacity: 2000", refusal.Message);
        Assert.Null(admission.Admit(second, isKnown: true, [first]));
        admission.Release("a");
        admission.Release("b");
        Assert.Null(admission.Admit(Pod("c", "2", "1Gi"), isKnown: false, [first, second]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(5, 160)]
    [InlineData(6, 300)]
    [InlineData(int.MaxValue, 300)]
    public void Back_off_doubles_up_to_five_minutes(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), BackOff.After(failures, BackOff.Initial));

    [Theory]
    [InlineData("$(A) $(B)", "1 $(B)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$", "$")]
    [InlineData("$(A", "$(A")]
    [InlineData("a$b", "a$b")]
    public void Variables_expand_as_kubernetes_has_it(string text, string expected) =>
        Assert.Equal(expected, VariableExpansion.Expand(text, new Dictionary<string, string> { ["A"] = "1" }));

    [Theory]
    [InlineData("Guaranteed", 0, -997)]
    [InlineData("Guaranteed", -500, -500)]
    [InlineData("BestEffort", 0, 1000)]
    [InlineData("Burstable", 0, 750)]
    public void Oom_scores_are_never_below_the_inherited_one(string qos, int inherited, int expected)
    {
        var container = new V1Container { Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["memory"] = new("1Gi") } } };
        Assert.Equal(Math.Max(expected, inherited), LinuxResources.Of(container, qos, 4L << 30, inherited).OomScoreAdj);
    }

    [Fact]
    public void Cpu_becomes_shares_and_quota()
    {
        var container = new V1Container
        {
            Resources = new V1ResourceRequirements
            {
                Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("250m") },
                Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("1500m"), ["memory"] = new("64Mi") },
            },
        };
        var resources = LinuxResources.Of(container, "Burstable", 4L << 30, 0);
        Assert.Equal((256, 150_000, 100_000, 64L << 20), (resources.CpuShares, resources.CpuQuota, resources.CpuPeriod, resources.MemoryLimitInBytes));
        Assert.Equal(0, LinuxResources.Of(new V1Container(), "BestEffort", 4L << 30, 0).CpuQuota);
    }

    [Fact]
    public void Events_of_a_pod_are_counted_and_held_to_a_budget()
    {
        var time = new FakeTimeProvider();
        var events = new EventAggregator(time);
        Assert.Equal(1, events.Count("u", "x")!.Count);
        Assert.Equal(2, events.Count("u", "x")!.Count);
        for (var i = 0; i < 23; i++)
        {
            Assert.NotNull(events.Count("u", $"y{i}"));
        }

        Assert.Null(events.Count("u", "x"));
        Assert.NotNull(events.Count("other", "x"));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(4, events.Count("u", "x")!.Count);
    }

    private static V1Pod Pod(string uid, string cpu, string memory) => new()
    {
        Metadata = new V1ObjectMeta { Uid = uid },
        Spec = new V1PodSpec
        {
            Containers = [new V1Container { Name = "c", Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory) } } }],
        },
    };
}

using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Resources;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class EvictionDecisionTests
{
    [Fact]
    public void Thresholds_are_amounts_or_shares_and_what_is_not_named_has_none()
    {
        var thresholds = EvictionThresholds.Parse("memory.available<100Mi, nodefs.available<10%");
        Assert.Equal(100L << 20, thresholds.Least(new NodeReading(NodeSignal.Memory, 0, 1L << 30)));
        Assert.Equal(100, thresholds.Least(new NodeReading(NodeSignal.Disk, 0, 1000)));
        Assert.Null(thresholds.Least(new NodeReading(NodeSignal.Processes, 0, 1000)));
        Assert.True(thresholds.IsShort(new NodeReading(NodeSignal.Disk, 99, 1000)));
        Assert.False(thresholds.IsShort(new NodeReading(NodeSignal.Disk, 100, 1000)));
        Assert.False(thresholds.IsShort(new NodeReading(NodeSignal.Processes, 0, 1000)));
    }

    [Theory]
    [InlineData("memory.available", "'memory.available' is not SIGNAL<AMOUNT")]
    [InlineData("memory.free<1Gi", "'memory.free' is none of memory.available, nodefs.available, pid.available")]
    [InlineData("nodefs.available<101%", "'nodefs.available<101%': '101%' is not a percentage from 0% to 100%")]
    [InlineData("nodefs.available<many", "'nodefs.available<many': 'many' is not a quantity")]
    public void Wrong_thresholds_are_explained(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => EvictionThresholds.Parse(text)).Message);

    [Fact]
    public void Those_over_their_requests_go_first_then_the_least_important_then_the_largest()
    {
        EvictionCandidate[] candidates =
        [
            Candidate("within", used: 90, requested: 100, priority: 0),
            Candidate("important", used: 500, requested: 0, priority: 10),
            Candidate("large", used: 300, requested: 0, priority: 0),
            Candidate("larger", used: 500, requested: 100, priority: 0),
            Candidate("critical", used: 9999, requested: 0, priority: 2_000_000_000),
        ];
        var left = candidates.ToList();
        var order = new List<string>();
        while (EvictionRanking.Choose(NodeSignal.Memory, left) is { } chosen)
        {
            order.Add(chosen.Pod.Metadata.Name);
            left.Remove(chosen);
        }

        Assert.Equal(["larger", "large", "important", "within"], order);
        var ending = EvictionRanking.Ending(new NodeReading(NodeSignal.Memory, 50L << 20, 1L << 30), 100L << 20, Candidate("x", used: 200L << 20, requested: 0, priority: 0));
        Assert.Equal("The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 200Mi, request is 0, has larger consumption of memory. ", ending.Message);
        Assert.True(ending.IsDisruption);
    }

    [Fact]
    public void Pressure_lasts_for_a_while_after_its_cause()
    {
        var time = new FakeTimeProvider();
        var pressure = new NodePressure(time);
        var told = 0;
        pressure.OnChanged(() => told++);
        pressure.Observe([NodeSignal.Disk]);
        pressure.Observe([NodeSignal.Disk]);
        Assert.Equal((true, false, 1), (pressure.IsUnder(NodeSignal.Disk), pressure.IsUnder(NodeSignal.Memory), told));
        time.Advance(NodePressure.Transition - TimeSpan.FromSeconds(1));
        pressure.Observe([]);
        Assert.Equal((true, 1), (pressure.IsUnder(NodeSignal.Disk), told));
        time.Advance(TimeSpan.FromSeconds(1));
        pressure.Observe([]);
        Assert.Equal((false, 2), (pressure.IsUnder(NodeSignal.Disk), told));
    }

    [Fact]
    public void A_pod_as_a_whole_is_limited_only_where_all_its_containers_are()
    {
        var pod = new V1Pod { Metadata = new V1ObjectMeta(), Spec = new V1PodSpec { Containers = [Container("500m", "64Mi"), Container("1", "64Mi")] } };
        Assert.Equal(new PodGroupLimits(1536, 150_000, 128L << 20, 7), PodGroupLimits.Of(pod, 7));
        pod.Spec.Containers.Add(new V1Container { Name = "free" });
        Assert.Equal(new PodGroupLimits(1536, null, null, null), PodGroupLimits.Of(pod, null));
        Assert.Equal(2, PodGroupLimits.Of(new V1Pod { Metadata = new V1ObjectMeta(), Spec = new V1PodSpec { Containers = [new V1Container { Name = "free" }] } }, null).CpuShares);
    }

    private static V1Container Container(string cpu, string memory) => new()
    {
        Name = "c",
        Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory) } },
    };

    private static EvictionCandidate Candidate(string name, long used, long requested, int priority) => new(
        new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = name },
            Spec = new V1PodSpec
            {
                Priority = priority,
                Containers = [new V1Container { Name = "c", Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["memory"] = new(requested.ToString(System.Globalization.CultureInfo.InvariantCulture)) } } }],
            },
        },
        new Dictionary<string, long> { ["c"] = used });
}

using System.Text;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Model;
using Orchestrator.Scheduling.Profiles;
using Orchestrator.Store;

namespace Orchestrator.UnitTests.Grains;

/// <summary>Pods of a group are bound all at once, or none.</summary>
public sealed class PodGroupTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SchedulerCore _core = new([SchedulerProfile.Default], new Random(1));
    private DateTimeOffset _now = Now;
    private long _revision;

    [Fact]
    public void None_is_bound_before_all_exist_and_then_all_are()
    {
        Node("a", cpu: 2);
        Node("b", cpu: 2);
        SchedulingDecision missing = Assert.Single(Decide(Pod("p1")));
        Assert.Null(missing.NodeName);
        Assert.Equal("0/2 nodes are available: PodGroup \"default/g\" not found.", missing.Report.Message);

        Group(minCount: 3);
        _now += TimeSpan.FromSeconds(5);
        Assert.Equal("0/2 nodes are available: waiting for more pods of PodGroup \"default/g\": 1 of at least 3 exist.", Assert.Single(Decide()).Report.Message);
        Assert.All(Decide(Pod("p2")), d => Assert.Null(d.NodeName));
        List<SchedulingDecision> all = Decide(Pod("p3"));
        Assert.Equal(["p1", "p2", "p3"], all.Select(d => d.Pod.Facts.Name).Order());
        Assert.All(all, d => Assert.NotNull(d.NodeName));

        // The fourth is one more: it is placed by itself.
        Assert.NotNull(Assert.Single(Decide(Pod("p4"))).NodeName);
    }

    [Fact]
    public void Too_little_room_for_all_is_left_to_others()
    {
        Node("a", cpu: 2);
        Group(minCount: 3);
        List<SchedulingDecision> none = Decide(Pod("p1"), Pod("p2"), Pod("p3"));
        Assert.Equal(3, none.Count);
        Assert.All(none, d => Assert.Null(d.NodeName));
        Assert.Equal(
            "only 2 of the 3 pods that PodGroup \"default/g\" needs placed at once fit; for the next one 0/1 nodes are available: 1 Insufficient cpu.",
            none[0].Report.Message);
        Assert.Equal(0, _core.Cluster.PlacedPodCount);
        Assert.NotNull(Assert.Single(Decide(Pod("other", group: ""))).NodeName);

        _now += TimeSpan.FromSeconds(30);
        Node("b", cpu: 2);
        Assert.Equal(3, Decide().Count(d => d.NodeName is not null));
    }

    [Fact]
    public void A_bind_that_fails_is_tried_again_at_once_since_the_others_are_bound()
    {
        Node("a", cpu: 4);
        Group(minCount: 2);
        List<SchedulingDecision> both = Decide(Pod("p1"), Pod("p2"));
        Assert.Equal(2, both.Count);
        _core.Complete(both[0], CommitOutcome.Committed, both[0].Object, _now);
        _core.Complete(both[1], CommitOutcome.Conflict, both[1].Object, _now);
        SchedulingDecision again = Assert.Single(Decide());
        Assert.Equal((both[1].Pod.Facts.Name, "a"), (again.Pod.Facts.Name, again.NodeName));
    }

    [Fact]
    public void The_basic_policy_places_each_by_itself()
    {
        Node("a", cpu: 1);
        Group(minCount: null);
        Assert.Equal(1, Decide(Pod("p1"), Pod("p2")).Count(d => d.NodeName is not null));
    }

    private List<SchedulingDecision> Decide(params StoredObject[] pods)
    {
        foreach (StoredObject pod in pods)
        {
            _core.Set(pod, _now);
        }

        return _core.Decide(100, _now);
    }

    private StoredObject Pod(string name, string group = "g")
    {
        string member = group.Length == 0 ? "" : "\"schedulingGroup\":{\"podGroupName\":\"" + group + "\"},";
        return Stored("pods", "default", name, $$"""
            {"metadata":{"name":"{{name}}","namespace":"default","uid":"{{name}}"},
             "spec":{ {{member}} "containers":[{"name":"c","resources":{"requests":{"cpu":"1"} } }]} }
            """);
    }

    private void Group(int? minCount) => _core.Set(
        Stored("podgroups.scheduling.k8s.io", "default", "g", minCount is null
            ? """{"spec":{"schedulingPolicy":{"basic":{}}}}"""
            : $$"""{"spec":{"schedulingPolicy":{"gang":{"minCount":{{minCount}} } } } }"""),
        _now);

    private void Node(string name, int cpu)
    {
        _core.Set(Stored("nodes", "", name, $$"""{"metadata":{"name":"{{name}}"},"status":{"allocatable":{"cpu":"{{cpu}}","pods":"10"} } }"""), _now);
        _core.Set(
            Stored("hypervisors.orchestrator.dev", "", $"{name}-c", $$"""
                {"metadata":{"name":"{{name}}-c"},"spec":{"nodeName":"{{name}}"},
                 "status":{"runtimeHandlers":["runc"],"conditions":[{"type":"Ready","status":"True"}]} }
                """),
            _now);
    }

    private StoredObject Stored(string resource, string ns, string name, string json) => new()
    {
        Key = new ObjectKey(resource, ns, name),
        Uid = name,
        Revision = ++_revision,
        Json = Encoding.UTF8.GetBytes(json),
        Labels = new Dictionary<string, string>(),
        Fields = new Dictionary<string, string>(),
        OwnerUids = [],
        IsTerminating = false,
    };
}

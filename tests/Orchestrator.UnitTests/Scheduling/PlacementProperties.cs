using System.Text.Json;
using CsCheck;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>Random histories of a cluster, played to the placer, which keeps evaluations, and to a reference that keeps nothing.</summary>
public sealed class PlacementProperties
{
    private static readonly string[] NodeNames = ["a", "b", "c", "d", "e"];

    private static readonly Gen<SimplePod> GenPod =
        from cpu in Gen.Long[0, 3000]
        from memory in Gen.Long[0, 3000]
        from zone in Gen.OneOf<string?>(null, null, "east", "west")
        from tolerated in Gen.OneOf<string[]>([], ["t1"], ["t1", "t2"])
        from port in Gen.OneOf(0, 0, 80, 81)
        select new SimplePod(cpu, memory, zone, tolerated, port);

    private static readonly Gen<SimpleNode> GenNode =
        from name in Gen.OneOf(NodeNames)
        from cpu in Gen.Long[0, 8000]
        from memory in Gen.Long[0, 8000]
        from pods in Gen.Int[0, 5]
        from zone in Gen.OneOf("east", "west")
        from taints in Gen.OneOf<string[]>([], [], ["t1"], ["t1", "t2"])
        from cordoned in Gen.Bool
        select new SimpleNode(name, cpu, memory, pods, zone, taints, cordoned && cpu > 6000);

    // What happens: a pod comes (mostly), a node comes or changes, a node goes, a pod goes.
    private static readonly Gen<(int What, SimplePod Pod, SimpleNode Node, int Pick)[]> GenHistory =
        Gen.Select(Gen.Int[0, 9], GenPod, GenNode, Gen.Int[0, 1000]).Array[1, 60];

    [Fact]
    public void Chooses_only_and_whenever_the_reference_finds_a_node()
    {
        GenHistory.Sample(history => Play(history, (cluster, reference, placer, shape, pod) =>
        {
            HashSet<string> eligible = reference.Eligible(pod);
            Placement placement = placer.Place(shape);
            Assert.Equal(eligible.Count > 0, placement.IsPlaced);
            Assert.True(!placement.IsPlaced || eligible.Contains(placement.NodeName!));
            PlacementReport report = placer.Report(shape, placement);
            Assert.Equal(reference.Nodes.Count, report.NodesConsidered);
            Assert.Equal(reference.Nodes.Count - eligible.Count, report.Filters.Sum(f => f.Rejected));
            return placement;
        }), iter: 2000);
    }

    [Fact]
    public void Evaluating_what_changed_comes_to_the_same_as_evaluating_everything()
    {
        GenHistory.Sample(history => Play(history, (cluster, _, placer, shape, _) =>
        {
            Placement placement = placer.Place(shape);
            PlacementReport kept = placer.Report(shape, placement);
            PlacementReport fresh = new Placer(cluster, PlacementProfile.Default, new Random(0)).Report(shape, placement);
            Assert.Equal(JsonSerializer.Serialize(fresh), JsonSerializer.Serialize(kept));
            return placement;
        }), iter: 1000);
    }

    [Fact]
    public void The_same_seed_chooses_the_same()
    {
        GenHistory.Sample(history => Assert.Equal(Choices(history), Choices(history)), iter: 200);
    }

    private static List<string?> Choices((int What, SimplePod Pod, SimpleNode Node, int Pick)[] history)
    {
        var choices = new List<string?>();
        Play(history, (_, _, placer, shape, _) =>
        {
            Placement placement = placer.Place(shape);
            choices.Add(placement.NodeName);
            return placement;
        });
        return choices;
    }

    private static void Play(
        (int What, SimplePod Pod, SimpleNode Node, int Pick)[] history,
        Func<ClusterState, ReferencePlacement, Placer, WorkloadShape, SimplePod, Placement> place)
    {
        var cluster = new ClusterState();
        var shapes = new ShapeCatalog(cluster, limit: 8);
        var placer = new Placer(cluster, PlacementProfile.Default, new Random(5), evaluationLimit: 4);
        var reference = new ReferencePlacement();
        int arrivals = 0;
        foreach ((int what, SimplePod pod, SimpleNode node, int pick) in history)
        {
            switch (what)
            {
                case <= 4:
                    using (JsonDocument json = JsonDocument.Parse(pod.ToJson()))
                    {
                        WorkloadShape shape = shapes.Find(json.RootElement, "runc");
                        Placement placement = place(cluster, reference, placer, shape, pod);
                        if (placement.IsPlaced)
                        {
                            string uid = $"pod-{arrivals++}";
                            cluster.PlacePod(uid, placement.NodeName!, shape);
                            reference.Placed.Add(uid, (placement.NodeName!, pod));
                        }
                    }

                    break;
                case <= 7:
                    cluster.SetNode(node.ToFacts());
                    cluster.SetHypervisor(new HypervisorFacts($"{node.Name}-containerd", node.Name, true, ["runc"]));
                    reference.Nodes[node.Name] = node;
                    break;
                case 8 when reference.Placed.Count > 0:
                    string gone = reference.Placed.Keys.Order(StringComparer.Ordinal).ElementAt(pick % reference.Placed.Count);
                    Assert.True(cluster.RemovePod(gone));
                    reference.Placed.Remove(gone);
                    break;
                case 9:
                    cluster.RemoveNode(node.Name);
                    reference.Nodes.Remove(node.Name);
                    break;
            }
        }
    }
}

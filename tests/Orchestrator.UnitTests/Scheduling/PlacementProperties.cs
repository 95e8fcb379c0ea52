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

    // Mostly none: with all terms at once hardly anything ever fits.
    private static readonly Gen<SimpleTerm?> GenTerm =
        from kind in Gen.Int[0, 5]
        from app in Gen.OneOf("x", "y")
        from key in Gen.OneOf("zone", "host")
        select kind == 0 ? new SimpleTerm(app, key) : null;

    private static readonly Gen<SimplePod> GenPod =
        from cpu in Gen.Long[0, 3000]
        from memory in Gen.Long[0, 3000]
        from zone in Gen.OneOf<string?>(null, null, "east", "west")
        from tolerated in Gen.OneOf<string[]>([], ["t1"], ["t1", "t2"])
        from port in Gen.OneOf(0, 0, 80, 81)
        from app in Gen.OneOf("x", "y")
        from with in GenTerm
        from apart in GenTerm
        from spread in GenTerm
        from skew in Gen.Int[1, 2]
        select new SimplePod(cpu, memory, zone, tolerated, port)
        {
            App = app,
            Affinity = with,
            AntiAffinity = apart,
            Spread = spread is null ? null : new SimpleSpread(spread, skew),
        };

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
        GenHistory.Sample(history => Play(history, (cluster, reference, placer, workload, pod) =>
        {
            HashSet<string> eligible = reference.Eligible(pod);
            Placement placement = placer.Place(workload);
            Assert.Equal(eligible.Count > 0, placement.IsPlaced);
            Assert.True(!placement.IsPlaced || eligible.Contains(placement.NodeName!));
            PlacementReport report = placer.Report(workload, placement);
            Assert.Equal(reference.Nodes.Count, report.NodesConsidered);
            Assert.Equal(reference.Nodes.Count - eligible.Count, report.Filters.Sum(f => f.Rejected));
            foreach (string node in reference.Nodes.Keys)
            {
                Assert.True(cluster.TryFindSlot(node, out int slot));
                NodeReport asked = placer.ReportNode(workload, slot);
                Assert.Equal(eligible.Contains(node), asked.Fits);
                Assert.Equal(eligible.Contains(node), asked.Filters.All(f => f.Admits && f.Remedy is null));
                Assert.True(placement.NodeName != node || asked.Rank == 1);
            }

            return placement;
        }), iter: 2000);
    }

    [Fact]
    public void Evaluating_what_changed_comes_to_the_same_as_evaluating_everything()
    {
        GenHistory.Sample(history => Play(history, (cluster, _, placer, workload, _) =>
        {
            Placement placement = placer.Place(workload);
            PlacementReport kept = placer.Report(workload, placement);
            PlacementReport fresh = new Placer(cluster, PlacementProfile.Default, new Random(0)).Report(workload, placement);
            Assert.Equal(JsonSerializer.Serialize(fresh), JsonSerializer.Serialize(kept));
            return placement;
        }), iter: 1000);
    }

    [Fact]
    public void The_same_seed_chooses_the_same()
    {
        GenHistory.Sample(history => Assert.Equal(Choices(history), Choices(history)), iter: 200);
    }

    [Fact]
    public void Tallies_kept_pod_by_pod_are_those_counted_from_nothing()
    {
        GenHistory.Sample(history =>
        {
            Play(history, (cluster, reference, placer, workload, pod) =>
            {
                Placement placement = placer.Place(workload);
                var again = new ClusterState();
                var workloads = new WorkloadCatalog(again);
                foreach (SimpleNode node in reference.Nodes.Values)
                {
                    again.SetNode(node.ToFacts());
                    again.SetHypervisor(new HypervisorFacts($"{node.Name}-containerd", node.Name, true, ["runc"]));
                }

                foreach ((string uid, (string node, SimplePod present)) in reference.Placed)
                {
                    again.PlacePod(uid, node, Find(workloads, present));
                }

                Placement fresh = new Placer(again, PlacementProfile.Default, new Random(0)).Place(Find(workloads, pod));
                Assert.Equal(fresh.IsPlaced, placement.IsPlaced);
                Assert.Equal(fresh.RejectedBy, placement.RejectedBy);
                return placement;
            });
        }, iter: 500);
    }

    private static Workload Find(WorkloadCatalog workloads, SimplePod pod)
    {
        using JsonDocument json = JsonDocument.Parse(pod.ToJson());
        return workloads.Find(json.RootElement, "runc");
    }

    private static List<string?> Choices((int What, SimplePod Pod, SimpleNode Node, int Pick)[] history)
    {
        var choices = new List<string?>();
        Play(history, (_, _, placer, workload, _) =>
        {
            Placement placement = placer.Place(workload);
            choices.Add(placement.NodeName);
            return placement;
        });
        return choices;
    }

    private static void Play(
        (int What, SimplePod Pod, SimpleNode Node, int Pick)[] history,
        Func<ClusterState, ReferencePlacement, Placer, Workload, SimplePod, Placement> place)
    {
        var cluster = new ClusterState();
        var workloads = new WorkloadCatalog(cluster, shapeLimit: 8, identityLimit: 1);
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
                        Workload workload = workloads.Find(json.RootElement, "runc");
                        Placement placement = place(cluster, reference, placer, workload, pod);
                        if (placement.IsPlaced)
                        {
                            string uid = $"pod-{arrivals++}";
                            cluster.PlacePod(uid, placement.NodeName!, workload);
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

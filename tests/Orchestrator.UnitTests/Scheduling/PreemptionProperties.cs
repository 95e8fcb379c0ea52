using System.Text.Json;
using CsCheck;
using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>Random crowded clusters, and a workload of higher priority, against the reference that counts everything anew.</summary>
public sealed class PreemptionProperties
{
    private static readonly string[] NodeNames = ["a", "b", "c"];

    private static readonly Gen<SimpleTerm?> GenTerm =
        from kind in Gen.Int[0, 7]
        from app in Gen.OneOf("x", "y")
        from key in Gen.OneOf("zone", "host")
        select kind == 0 ? new SimpleTerm(app, key) : null;

    private static readonly Gen<SimplePod> GenPod =
        from cpu in Gen.Long[500, 3000]
        from port in Gen.OneOf(0, 0, 0, 80)
        from app in Gen.OneOf("x", "y")
        from apart in GenTerm
        from priority in Gen.Int[0, 4]
        select new SimplePod(cpu, 100, null, [], port) { App = app, AntiAffinity = apart, Priority = priority };

    private static readonly Gen<(SimplePod Pod, int Node)[]> GenPresent = Gen.Select(GenPod, Gen.Int[0, 2]).Array[1, 12];

    [Fact]
    public void Makes_room_with_the_fewest_of_lower_priority_and_breaks_no_budget_in_vain() =>
        Gen.Select(GenPresent, GenPod, Gen.Int[0, 2]).Sample((present, pod, allowed) =>
        {
            (ClusterState cluster, ReferencePlacement reference, WorkloadCatalog workloads) = Fill(present);
            Workload workload = Find(workloads, pod);
            var preemptor = new Preemptor(cluster, PlacementProfile.Default, new Random(1)) { Budgets = [Budget(allowed)] };
            string before = Usage(cluster);
            PreemptionPlan? plan = reference.Eligible(pod).Count > 0 ? null : preemptor.Find(workload, pod.Priority);
            Assert.Equal(before, Usage(cluster));
            if (plan is null)
            {
                Assert.True(reference.Eligible(pod).Count > 0 || NodeNames.All(n => !Without(reference, n, p => p.Priority < pod.Priority).Fits(n, pod)));
                return;
            }

            HashSet<string> victims = [.. plan.Victims.Select(v => v.Uid)];
            Assert.All(plan.Victims, v => Assert.True(v.NodeName == plan.NodeName && v.Rank.Priority < pod.Priority));
            Assert.True(Without(reference, victims).Fits(plan.NodeName, pod));
            Assert.All(victims, v => Assert.False(Without(reference, [.. victims.Where(other => other != v)]).Fits(plan.NodeName, pod)));
            bool needNotBreak = NodeNames.Any(n => Without(reference, n, p => p.Priority < pod.Priority && p.App != "x").Fits(n, pod));
            Assert.True(!needNotBreak || plan.Cost.Violations == 0);
        }, iter: 3000);

    [Fact]
    public void Costs_kept_per_node_are_those_found_anew() =>
        Gen.Select(GenPresent, GenPod.Array[1, 8]).Sample((present, arriving) =>
        {
            (ClusterState cluster, _, WorkloadCatalog workloads) = Fill(present);
            var kept = new Preemptor(cluster, PlacementProfile.Default, new Random(1));
            for (int i = 0; i < arriving.Length; i++)
            {
                SimplePod pod = arriving[i] with { CpuMilli = 1500, HostPort = 0, AntiAffinity = null, Priority = 3 };
                Workload workload = Find(workloads, pod);
                PreemptionPlan? plan = kept.Find(workload, pod.Priority);
                PreemptionPlan? fresh = new Preemptor(cluster, PlacementProfile.Default, new Random(1)).Find(workload, pod.Priority);
                Assert.Equal(fresh?.NodeName, plan?.NodeName);
                Assert.Equal(fresh?.Cost, plan?.Cost);
                foreach (PlacedPod victim in plan?.Victims ?? [])
                {
                    cluster.RemovePod(victim.Uid);
                }

                if (plan is not null)
                {
                    cluster.PlacePod($"new-{i}", plan.NodeName, workload, new PodRank(pod.Priority));
                }
            }
        }, iter: 500);

    [Fact]
    public void Sums_of_requests_come_to_the_same_as_asking_the_filters() =>
        Gen.Select(GenPresent, GenPod, Gen.Int[0, 2]).Sample((present, pod, allowed) =>
        {
            (ClusterState cluster, _, WorkloadCatalog workloads) = Fill(present);
            PlacementProfile asking = PlacementProfile.Default with { Filters = [.. PlacementProfile.Default.Filters, new AdmitsAll()] };
            Workload workload = Find(workloads, pod with { HostPort = 0, AntiAffinity = null });
            PreemptionPlan? bySums = new Preemptor(cluster, PlacementProfile.Default, new Random(1)) { Budgets = [Budget(allowed)] }.Find(workload, 3);
            PreemptionPlan? byFilters = new Preemptor(cluster, asking, new Random(1)) { Budgets = [Budget(allowed)] }.Find(workload, 3);
            Assert.Equal(byFilters?.NodeName, bySums?.NodeName);
            Assert.Equal(byFilters?.Cost, bySums?.Cost);
            Assert.Equal(byFilters?.Victims.Select(v => v.Uid), bySums?.Victims.Select(v => v.Uid));
        }, iter: 2000);

    [Fact]
    public void The_same_seed_makes_the_same_give_way() =>
        Gen.Select(GenPresent, GenPod).Sample((present, pod) =>
        {
            string? Plan()
            {
                (ClusterState cluster, _, WorkloadCatalog workloads) = Fill(present);
                PreemptionPlan? plan = new Preemptor(cluster, PlacementProfile.Default, new Random(7)).Find(Find(workloads, pod), pod.Priority);
                return plan is null ? null : $"{plan.NodeName}: {string.Join(',', plan.Victims.Select(v => v.Uid))}";
            }

            Assert.Equal(Plan(), Plan());
        }, iter: 500);

    private static (ClusterState Cluster, ReferencePlacement Reference, WorkloadCatalog Workloads) Fill((SimplePod Pod, int Node)[] present)
    {
        var cluster = new ClusterState();
        var reference = new ReferencePlacement();
        var workloads = new WorkloadCatalog(cluster);
        foreach (string name in NodeNames)
        {
            var node = new SimpleNode(name, 4000, 4000, 10, name == "c" ? "west" : "east", [], false);
            reference.Nodes[name] = node;
            cluster.SetNode(node.ToFacts());
            cluster.SetHypervisor(new HypervisorFacts($"{name}-containerd", name, true, ["runc"]));
        }

        foreach ((int i, (SimplePod pod, int node)) in present.Index())
        {
            if (reference.Fits(NodeNames[node], pod))
            {
                reference.Placed.Add($"pod-{i}", (NodeNames[node], pod));
                cluster.PlacePod($"pod-{i}", NodeNames[node], Find(workloads, pod), new PodRank(pod.Priority, i));
            }
        }

        return (cluster, reference, workloads);
    }

    private static ReferencePlacement Without(ReferencePlacement reference, string node, Func<SimplePod, bool> gone) =>
        Without(reference, [.. reference.Placed.Where(p => p.Value.Node == node && gone(p.Value.Pod)).Select(p => p.Key)]);

    private static ReferencePlacement Without(ReferencePlacement reference, HashSet<string> gone)
    {
        var rest = new ReferencePlacement();
        foreach ((string name, SimpleNode node) in reference.Nodes)
        {
            rest.Nodes.Add(name, node);
        }

        foreach ((string uid, (string Node, SimplePod Pod) pod) in reference.Placed.Where(p => !gone.Contains(p.Key)))
        {
            rest.Placed.Add(uid, pod);
        }

        return rest;
    }

    private static DisruptionBudget Budget(int allowed) => new(
        "default/x", new PodSelectorPart(["default"], null, new LabelSelector([new LabelRequirement("app", LabelOperator.In, ["x"])])), allowed);

    private static Workload Find(WorkloadCatalog workloads, SimplePod pod)
    {
        using JsonDocument json = JsonDocument.Parse(pod.ToJson());
        return workloads.Find(json.RootElement, "runc");
    }

    private static string Usage(ClusterState cluster) => string.Join(';', NodeNames.Select(name =>
    {
        Assert.True(cluster.TryFindSlot(name, out int slot));
        return $"{cluster.Requested(0, slot)},{cluster.Requested(1, slot)},{cluster.Requested(3, slot)},{cluster.HostPortsOf(slot).Count}";
    }));
}

/// <summary>Says yes, but is asked: so that going by sums is not enough.</summary>
file sealed class AdmitsAll : INodeFilter
{
    public string Name => nameof(AdmitsAll);

    public bool IsHelpedByPreemption => true;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape) => true;

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) => [];

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape) => default;
}

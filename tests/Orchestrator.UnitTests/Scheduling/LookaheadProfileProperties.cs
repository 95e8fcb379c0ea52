using System.Text.Json;
using CsCheck;
using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Lookahead;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Profiles;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>The lookahead profile in a cluster, against the policy asked of every node afresh.</summary>
public sealed class LookaheadProfileProperties
{
    private const string Gpu = "example.com/gpu";
    private static readonly LookaheadOptions Options = new(4, 8, 4);

    private static readonly Gen<(int Cpu, int Count, int Share, bool Leaves)[]> GenArrivals =
        (from cpu in Gen.Int[0, 3]
         from amount in Gen.OneOf(Gen.Const((0, 0)), Gen.OneOf(300, 500, 810).Select(s => (1, s)), Gen.Int[1, 2].Select(c => (c, 1000)))
         from leaves in Gen.Int[0, 4]
         select (cpu, amount.Item1, amount.Item2, leaves == 0)).Array[1, 60];

    [Fact]
    public void It_chooses_the_node_and_the_device_that_cost_the_least() => GenArrivals.Sample(arrivals =>
    {
        var cluster = new ClusterState();
        var workloads = new WorkloadCatalog(cluster);
        int[] devices = [1, 2, 4];
        for (int n = 0; n < devices.Length; n++)
        {
            cluster.SetNode(new NodeFacts($"n{n}", [new("cpu", $"{6 + n}"), new("pods", "100"), new(Gpu, $"{devices[n]}"), new($"{Gpu}-milli", $"{devices[n] * 1000}")], [], [], false)
            {
                Devices = [.. Enumerable.Range(0, devices[n]).Select(i => new NodeDevice(Gpu, $"{i}", "m"))],
            });
            cluster.SetHypervisor(new HypervisorFacts($"n{n}-c", $"n{n}", true, ["runc"]));
        }

        PlacementProfile profile = (SchedulerProfile.Default with { Lookahead = Options }).Build(new Random(5));
        var placer = new Placer(cluster, profile, new Random(2));
        // The profile draws the seed of its own randomness from the one given.
        var reference = new LookaheadPolicy(Options, new Random(new Random(5).Next()));
        int number = 0;
        foreach ((int cpu, int count, int share, bool leaves) in arrivals)
        {
            Workload workload = Find(workloads, cpu, count, share);
            profile.Learner!.Arrived(cluster, workload.Shape);
            var asked = new DeviceWorkload(cpu * 1000, 0, count, share, DeviceWorkload.AnyModel);
            reference.Arrived(asked);

            Placement placement = placer.Place(workload);
            if (!placement.IsPlaced)
            {
                continue;
            }

            IReadOnlyList<AssignedDevices> got = placer.Report(workload, placement).Devices;
            DeviceChoice[] choices = [.. Enumerable.Range(0, devices.Length).Select(n => reference.Choose(asked, StateOf(cluster, n, cpuOf: 6 + n)))];
            int chosen = int.Parse(placement.NodeName![1..], System.Globalization.CultureInfo.InvariantCulture);
            Assert.All(choices.Where(c => c.Residual >= 0), other => Assert.False(other.IsBetterThan(choices[chosen])));
            Assert.All(got.SelectMany(d => d.Ids), id => Assert.Equal(choices[chosen].Residual, cluster.DevicesOf(placement.Slot, Gpu)!.Free[int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)]));
            cluster.PlacePod($"p{number++}", placement.NodeName!, workload, default, got);
            if (leaves)
            {
                cluster.RemovePod($"p{number / 2}");
            }
        }
    }, iter: 300);

    private static NodeDevices StateOf(ClusterState cluster, int n, int cpuOf)
    {
        Assert.True(cluster.TryFindSlot($"n{n}", out int slot));
        short[] free = [.. cluster.DevicesOf(slot, Gpu)!.Free.ToArray().Select(f => (short)f)];
        return new NodeDevices(0, (cpuOf * 1000L) - cluster.Requested(ResourceCatalog.CpuMilli, slot), 0, free.Length, DeviceResiduals.Of(free));
    }

    private static Workload Find(WorkloadCatalog workloads, int cpu, int count, int share)
    {
        var requests = new Dictionary<string, string> { ["cpu"] = $"{cpu}" };
        if (count > 0)
        {
            requests[share == 1000 ? Gpu : $"{Gpu}-milli"] = $"{(share == 1000 ? count : share)}";
        }

        using JsonDocument json = JsonDocument.Parse(JsonSerializer.Serialize(new
        {
            metadata = new { @namespace = "default" },
            spec = new { containers = new[] { new { resources = new { requests } } } },
        }));
        return workloads.Find(json.RootElement, "runc");
    }
}

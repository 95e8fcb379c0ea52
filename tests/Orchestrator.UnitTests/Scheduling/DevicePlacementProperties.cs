using CsCheck;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Lookahead;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>Random arrivals and departures on a fleet with devices, against a reference that keeps nothing but what was placed.</summary>
public sealed class DevicePlacementProperties
{
    private static readonly Gen<DeviceWorkload> GenWorkload =
        from cpu in Gen.Long[0, 4000]
        from memory in Gen.Long[0, 4000]
        from devices in Gen.OneOf(
            Gen.Const((Count: 0, Share: 0)),
            Gen.Int[1, 1000].Select(share => (Count: 1, Share: share)),
            Gen.Int[1, 4].Select(count => (Count: count, Share: DeviceWorkload.WholeMilli)))
        from models in Gen.OneOf(DeviceWorkload.AnyModel, DeviceWorkload.AnyModel, 0b01UL, 0b10UL)
        select new DeviceWorkload(cpu, memory, devices.Count, devices.Share, models);

    private static readonly Gen<SimpleNode[]> GenNodes =
        (from model in Gen.Int[0, 1]
         from cpu in Gen.Long[0, 12_000]
         from memory in Gen.Long[0, 12_000]
         from devices in Gen.Int[0, 8]
         select new SimpleNode(model, cpu, memory, devices)).Array[1, 6];

    // An arrival, or the departure of the one picked among those placed.
    private static readonly Gen<(bool Departs, int Pick, DeviceWorkload Workload)[]> GenHistory =
        Gen.Select(Gen.Int[0, 4].Select(n => n == 0), Gen.Int[0, 1000], GenWorkload).Array[1, 80];

    [Fact]
    public void Nothing_is_overcommitted_and_what_fits_is_never_refused() =>
        Gen.Select(GenNodes, GenHistory).Sample((nodes, history) =>
        {
            Play(nodes, history, new LookaheadPolicy(new LookaheadOptions(4, 8, 4), new Random(7)), checkFit: true);
            Play(nodes, history, new TightestFit(), checkFit: true);
        });

    [Fact]
    public void The_same_arrivals_and_seed_give_the_same_places() =>
        Gen.Select(GenNodes, GenHistory).Sample((nodes, history) =>
            Assert.Equal(
                Play(nodes, history, new LookaheadPolicy(new LookaheadOptions(4, 8, 4), new Random(7)), checkFit: false),
                Play(nodes, history, new LookaheadPolicy(new LookaheadOptions(4, 8, 4), new Random(7)), checkFit: false)));

    [Fact]
    public void Kept_choices_place_as_choices_made_afresh() =>
        Gen.Select(GenNodes, GenHistory).Sample((nodes, history) =>
        {
            var options = new LookaheadOptions(4, 8, 4);
            Assert.Equal(
                Play(nodes, history, new LookaheadPolicy(options, new Random(7)), checkFit: false),
                Play(nodes, history, new Forgetful(new LookaheadPolicy(options, new Random(7))), checkFit: false));
        });

    [Fact]
    public void A_sample_keeps_whole_devices_together_for_what_needs_them()
    {
        var fleet = new DeviceFleet();
        fleet.Add(0, 100_000, 100_000, 2);
        fleet.Add(0, 100_000, 100_000, 1);
        fleet.Add(0, 100_000, 100_000, 2);
        var placer = new DevicePlacer(fleet, new LookaheadPolicy(new LookaheadOptions(8, 8, 2), new Random(1)));
        var single = new DeviceWorkload(1, 1, 1, DeviceWorkload.WholeMilli, DeviceWorkload.AnyModel);
        // One pair takes a whole node, and another may come: the other such node is kept for it.
        Assert.NotEqual(1, placer.Place(single with { DeviceCount = 2 })!.Value.Node);

        Assert.Equal(1, placer.Place(single)!.Value.Node);
    }

    private static List<DevicePlacement?> Play(SimpleNode[] nodes, (bool Departs, int Pick, DeviceWorkload Workload)[] history, IDevicePolicy policy, bool checkFit)
    {
        var fleet = new DeviceFleet();
        foreach (SimpleNode node in nodes)
        {
            fleet.Add(node.Model, node.CpuMilli, node.MemoryMib, node.Devices);
        }

        var placer = new DevicePlacer(fleet, policy);
        var placed = new List<(DeviceWorkload Workload, DevicePlacement Place)>();
        var places = new List<DevicePlacement?>();
        foreach ((bool departs, int pick, DeviceWorkload workload) in history)
        {
            if (departs && placed.Count > 0)
            {
                (DeviceWorkload gone, DevicePlacement from) = placed[pick % placed.Count];
                placed.RemoveAt(pick % placed.Count);
                fleet.Release(from.Node, gone, from.Devices);
                continue;
            }

            bool fits = checkFit && Enumerable.Range(0, nodes.Length).Any(n => Fits(nodes[n], placed.Where(p => p.Place.Node == n).ToList(), workload));
            DevicePlacement? place = placer.Place(workload);
            places.Add(place);
            if (checkFit)
            {
                Assert.Equal(fits, place is not null);
            }

            if (place is { } at)
            {
                placed.Add((workload, at));
                CheckNode(nodes[at.Node], [.. placed.Where(p => p.Place.Node == at.Node)]);
            }
        }

        return places;
    }

    private static void CheckNode(SimpleNode node, List<(DeviceWorkload Workload, DevicePlacement Place)> on)
    {
        Assert.True(on.Sum(p => p.Workload.CpuMilli) <= node.CpuMilli);
        Assert.True(on.Sum(p => p.Workload.MemoryMib) <= node.MemoryMib);
        Assert.All(Free(node, on), free => Assert.InRange(free, 0, DeviceWorkload.WholeMilli));
        Assert.All(on, p => Assert.Equal(p.Workload.DeviceCount, System.Numerics.BitOperations.PopCount(p.Place.Devices)));
    }

    private static bool Fits(SimpleNode node, List<(DeviceWorkload Workload, DevicePlacement Place)> on, DeviceWorkload workload) =>
        on.Sum(p => p.Workload.CpuMilli) + workload.CpuMilli <= node.CpuMilli
        && on.Sum(p => p.Workload.MemoryMib) + workload.MemoryMib <= node.MemoryMib
        && (workload.DeviceCount == 0 || (workload.Models >> node.Model & 1) != 0)
        && Free(node, on).Count(free => free >= workload.ShareMilli) >= workload.DeviceCount;

    private static int[] Free(SimpleNode node, List<(DeviceWorkload Workload, DevicePlacement Place)> on) =>
        [.. Enumerable.Range(0, node.Devices).Select(d => DeviceWorkload.WholeMilli - on.Where(p => (p.Place.Devices >> d & 1) != 0).Sum(p => p.Workload.ShareMilli))];

    private sealed record SimpleNode(int Model, long CpuMilli, long MemoryMib, int Devices);

    /// <summary>Makes the placer forget its choices before each arrival.</summary>
    private sealed class Forgetful(IDevicePolicy inner) : IDevicePolicy
    {
        public long Epoch { get; private set; }

        public void Arrived(in DeviceWorkload workload)
        {
            inner.Arrived(workload);
            Epoch++;
        }

        public DeviceChoice Choose(in DeviceWorkload workload, in NodeDevices node) => inner.Choose(workload, node);
    }
}

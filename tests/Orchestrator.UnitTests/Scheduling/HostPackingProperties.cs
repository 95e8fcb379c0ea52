using CsCheck;
using Orchestrator.Scheduling.Lifetimes;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>Random comings and goings of machines whose lifetimes nobody knows.</summary>
public sealed class HostPackingProperties
{
    private const long HostCpu = 100;
    private const long HostMemory = 50;

    private static readonly Gen<(long Cpu, long Memory, bool Goes, int Pick)[]> GenHistory =
        Gen.Select(Gen.Long[1, 60], Gen.Long[1, 40], Gen.Bool, Gen.Int[0, 1000]).Array[1, 80];

    [Fact]
    public void No_host_gets_more_than_it_has_and_no_machine_is_lost() => GenHistory.Sample(history =>
    {
        foreach (double weight in (double[])[0, 0.25])
        {
            var packer = new HostPacker(new PackingOptions(HostCpu, HostMemory) { LifetimeWeight = weight });
            var present = new List<PackedMachine>();
            for (int i = 0; i < history.Length; i++)
            {
                int moves = Step(packer, present, history[i], i / 10.0);
                Assert.InRange(moves, 0, 5);
                Check(packer, present);
            }
        }
    });

    [Fact]
    public void Emptying_hosts_never_needs_more_of_them() => GenHistory.Sample(history =>
    {
        var packer = new HostPacker(new PackingOptions(HostCpu, HostMemory));
        for (int i = 0; i < history.Length; i++)
        {
            packer.Add(new PackedMachine(history[i].Cpu, history[i].Memory, i), i);
        }

        int before = packer.BusyHosts;
        int moves = packer.EmptyHosts(20, history.Length);
        Assert.True(moves == 0 ? packer.BusyHosts == before : packer.BusyHosts < before);
    });

    [Fact]
    public void Lifetimes_that_end_at_one_rate_are_expected_to_last_as_long_at_every_age()
    {
        var learned = new LifetimeDistribution();
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++)
        {
            learned.Ended(-Math.Log(1 - random.NextDouble()));
        }

        Assert.InRange(learned.ExpectedRemainingDays(0, 1_000), 0.95, 1.05);
        Assert.InRange(learned.ExpectedRemainingDays(1.5, 1_000), 0.9, 1.1);
        Assert.InRange(learned.ExpectedRemainingDays(0, 0.5), 0.37, 0.42);
    }

    [Fact]
    public void A_machine_that_outlived_most_is_expected_to_outlive_new_ones()
    {
        var learned = new LifetimeDistribution();
        for (int i = 0; i < 1_000; i++)
        {
            learned.Ended(i % 10 == 0 ? 5 : 0.01);
        }

        Assert.True(learned.ExpectedRemainingDays(0.1, 14) > 2 * learned.ExpectedRemainingDays(0, 14));
    }

    private static int Step(HostPacker packer, List<PackedMachine> present, (long Cpu, long Memory, bool Goes, int Pick) step, double now)
    {
        if (!step.Goes || present.Count == 0)
        {
            present.Add(new PackedMachine(step.Cpu, step.Memory, now));
            packer.Add(present[^1], now);
            return 0;
        }

        PackedMachine gone = present[step.Pick % present.Count];
        present.Remove(gone);
        packer.Remove(gone, now);
        return packer.EmptyHosts(5, now);
    }

    private static void Check(HostPacker packer, List<PackedMachine> present)
    {
        PackedHost[] hosts = [.. packer.Hosts.Where(h => h.Machines.Count > 0)];
        Assert.Equal(hosts.Length, packer.BusyHosts);
        Assert.Equal(present.ToHashSet(), hosts.SelectMany(h => h.Machines).ToHashSet());
        Assert.All(hosts, h => Assert.Equal((h.Machines.Sum(m => m.Cpu), h.Machines.Sum(m => m.Memory)), (h.Cpu, h.Memory)));
        Assert.All(hosts, h => Assert.True(h.Cpu <= HostCpu && h.Memory <= HostMemory));
    }
}

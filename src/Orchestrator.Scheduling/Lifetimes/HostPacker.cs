namespace Orchestrator.Scheduling.Lifetimes;

/// <summary>
/// Packs machines, whose lifetimes nobody knows, onto as few hosts as it can: each onto the host where it fits tightest (by what would be left of the
/// resource of which more is left), preferring hosts that are expected to be busy for long anyway, so that the others empty. Lifetimes are learned from
/// the machines that go. Where moves are allowed, nearly empty hosts are emptied with the fewest of them. Deterministic.
/// </summary>
public sealed class HostPacker(PackingOptions options)
{
    private readonly LifetimeDistribution _lifetimes = new();
    private readonly List<PackedHost> _hosts = [];
    private double _refreshedDays = double.NegativeInfinity;

    /// <summary>All that there ever were; those without machines are used again.</summary>
    public IReadOnlyList<PackedHost> Hosts => _hosts;

    /// <summary>Hosts that have machines.</summary>
    public int BusyHosts { get; private set; }

    public void Add(PackedMachine machine, double nowDays)
    {
        ArgumentNullException.ThrowIfNull(machine);
        Refresh(nowDays);
        Put(machine, Tightest(machine, except: null) ?? EmptyHost(), nowDays);
    }

    public void Remove(PackedMachine machine, double nowDays)
    {
        ArgumentNullException.ThrowIfNull(machine);
        Take(machine, nowDays);
        _lifetimes.Ended(nowDays - machine.BornDays);
    }

    /// <summary>Empties the hosts that take the fewest moves, as long as moves are left. Returns the moves made.</summary>
    public int EmptyHosts(int mostMoves, double nowDays)
    {
        int moves = 0;
        while (EmptyOne(Math.Min(mostMoves - moves, options.MostMovesPerHost), nowDays) is > 0 and int made)
        {
            moves += made;
        }

        return moves;
    }

    private int EmptyOne(int mostMoves, double nowDays)
    {
        if (mostMoves <= 0)
        {
            return 0;
        }

        IEnumerable<PackedHost> candidates = _hosts
            .Where(h => h.Machines.Count > 0 && h.Machines.Count <= mostMoves)
            .OrderBy(h => h.Machines.Count)
            .ThenBy(h => Share(h.Cpu, h.Memory));
        foreach (PackedHost host in candidates)
        {
            int machines = host.Machines.Count;
            if (TryEmpty(host, nowDays))
            {
                return machines;
            }
        }

        return 0;
    }

    // All or nothing, the largest first: where that does not fit, nothing has been done.
    private bool TryEmpty(PackedHost host, double nowDays)
    {
        PackedMachine[] machines = [.. host.Machines.OrderByDescending(m => Share(m.Cpu, m.Memory))];
        for (int i = 0; i < machines.Length; i++)
        {
            if (Tightest(machines[i], host) is not { } target)
            {
                for (int moved = 0; moved < i; moved++)
                {
                    Take(machines[moved], nowDays);
                    Put(machines[moved], host, nowDays);
                }

                return false;
            }

            Take(machines[i], nowDays);
            Put(machines[i], target, nowDays);
        }

        return true;
    }

    private PackedHost? Tightest(PackedMachine machine, PackedHost? except)
    {
        PackedHost? best = null;
        double least = double.PositiveInfinity;
        foreach (PackedHost host in _hosts)
        {
            long cpu = options.HostCpu - host.Cpu - machine.Cpu;
            long memory = options.HostMemory - host.Memory - machine.Memory;
            if (host == except || host.Machines.Count == 0 || cpu < 0 || memory < 0)
            {
                continue;
            }

            double cost = Share(cpu, memory) - (options.LifetimeWeight * host.ExpectedLoadDays / options.HorizonDays);
            if (cost < least)
            {
                (best, least) = (host, cost);
            }
        }

        return best;
    }

    private PackedHost EmptyHost()
    {
        PackedHost? empty = _hosts.Find(h => h.Machines.Count == 0);
        if (empty is null)
        {
            _hosts.Add(empty = new PackedHost(_hosts.Count));
        }

        return empty;
    }

    private void Put(PackedMachine machine, PackedHost host, double nowDays)
    {
        BusyHosts += host.Machines.Count == 0 ? 1 : 0;
        host.Add(machine);
        host.ExpectedLoadDays += LoadDays(machine, nowDays);
    }

    private void Take(PackedMachine machine, double nowDays)
    {
        PackedHost host = machine.Host ?? throw new InvalidOperationException("the machine is on no host");
        host.Remove(machine);
        host.ExpectedLoadDays = host.Machines.Count == 0 ? 0 : Math.Max(0, host.ExpectedLoadDays - LoadDays(machine, nowDays));
        BusyHosts -= host.Machines.Count == 0 ? 1 : 0;
    }

    private void Refresh(double nowDays)
    {
        if (options.LifetimeWeight <= 0 || nowDays - _refreshedDays < options.RefreshDays)
        {
            return;
        }

        _refreshedDays = nowDays;
        foreach (PackedHost host in _hosts)
        {
            host.ExpectedLoadDays = host.Machines.Sum(m => LoadDays(m, nowDays));
        }
    }

    private double LoadDays(PackedMachine machine, double nowDays) => options.LifetimeWeight <= 0
        ? 0
        : Share(machine.Cpu, machine.Memory) * _lifetimes.ExpectedRemainingDays(nowDays - machine.BornDays, options.HorizonDays);

    // The larger of the two parts of a host.
    private double Share(long cpu, long memory) => Math.Max((double)cpu / options.HostCpu, (double)memory / options.HostMemory);
}

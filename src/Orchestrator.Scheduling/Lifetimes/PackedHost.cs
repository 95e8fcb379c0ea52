namespace Orchestrator.Scheduling.Lifetimes;

/// <summary>A machine that is packed onto hosts.</summary>
/// <param name="cpu">In the hosts' units.</param>
/// <param name="memory">In the hosts' units.</param>
/// <param name="bornDays">When it came.</param>
public sealed class PackedMachine(long cpu, long memory, double bornDays)
{
    public long Cpu => cpu;

    public long Memory => memory;

    public double BornDays => bornDays;

    internal PackedHost? Host { get; set; }
}

/// <summary>One of many hosts that are all alike.</summary>
public sealed class PackedHost
{
    private readonly List<PackedMachine> _machines = [];

    internal PackedHost(int number) => Number = number;

    public int Number { get; }

    public IReadOnlyList<PackedMachine> Machines => _machines;

    public long Cpu { get; private set; }

    public long Memory { get; private set; }

    /// <summary>What is expected to be used of it, as parts of a host, times the days for which: as of the last look.</summary>
    internal double ExpectedLoadDays { get; set; }

    internal void Add(PackedMachine machine)
    {
        _machines.Add(machine);
        machine.Host = this;
        Cpu += machine.Cpu;
        Memory += machine.Memory;
    }

    internal void Remove(PackedMachine machine)
    {
        _machines.Remove(machine);
        machine.Host = null;
        Cpu -= machine.Cpu;
        Memory -= machine.Memory;
    }
}

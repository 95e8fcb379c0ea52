namespace Orchestrator.Load.Scenarios;

/// <summary>One case of a scenario: measured and reported by itself. Which of the fields a measure takes is said by <see cref="CaseFields"/>.</summary>
internal sealed record CaseSpec
{
    public required string Name { get; init; }

    /// <summary>Closed loop: clients that each begin the next operation when the last is done. Zero for an open loop.</summary>
    public int Clients { get; init; }

    /// <summary>Operations of a round; zero for as many as the duration lets.</summary>
    public int Count { get; init; }

    /// <summary>Open loop: when operations are due. Null for a closed loop.</summary>
    public ArrivalProcess? Arrivals { get; init; }

    /// <summary>What requests do: create or get.</summary>
    public string Operation { get; init; } = "";

    /// <summary>Bytes of data of each object.</summary>
    public int ValueBytes { get; init; }

    /// <summary>Names of the workloads that come; all where none is named.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];

    /// <summary>Multiplies the numbers of nodes.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Workloads that are there at once; the oldest goes when more come. Zero for all.</summary>
    public int Keep { get; init; }

    /// <summary>Whether each decision is explained.</summary>
    public bool Explain { get; init; } = true;

    /// <summary>Name of the workload that fills all nodes beforehand, and gives way.</summary>
    public string FilledWith { get; init; } = "";

    public int Replicas { get; init; }

    /// <summary>Which of a trace's files.</summary>
    public string Variant { get; init; } = "";

    public string Policy { get; init; } = "";

    /// <summary>Devices asked for, as a part of the capacity.</summary>
    public double Demand { get; init; }

    /// <summary>Part of the arrivals that may be moved.</summary>
    public double MoveShare { get; init; }

    /// <summary>Runtime class of what is started; empty for containers.</summary>
    public string RuntimeClass { get; init; } = "";
}

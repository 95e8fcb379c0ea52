using Orchestrator.Agent.Runtimes.Simulated;

namespace Orchestrator.Agent.Hosting;

/// <summary>Nodes that one process simulates. They are named <c>PREFIX-NUMBER</c>.</summary>
public sealed record SimulatedFleetOptions
{
    public required string Prefix { get; init; }

    /// <summary>Number of the first node: several processes may simulate parts of one cluster.</summary>
    public int First { get; init; }

    public required int Count { get; init; }

    public decimal Cpu { get; init; } = 32;

    public long MemoryBytes { get; init; } = 128L * 1024 * 1024 * 1024;

    public int Pods { get; init; } = 110;

    /// <summary>Nodes are spread over so many zones.</summary>
    public int Zones { get; init; } = 1;

    /// <summary>Labels of each besides.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public SimulatedOptions Runtime { get; init; } = new();

    /// <summary>Directory for what agents keep of their pods.</summary>
    public required string RootDirectory { get; init; }
}

using System.Runtime.InteropServices;

namespace Orchestrator.Agent.Eviction;

/// <summary>What a node can run short of.</summary>
public enum NodeSignal
{
    /// <summary><c>memory.available</c>, bytes.</summary>
    Memory,

    /// <summary><c>nodefs.available</c>, bytes of the file system with volumes and logs.</summary>
    Disk,

    /// <summary><c>pid.available</c>, processes and threads.</summary>
    Processes,
}

/// <summary>How much there is of something, and how much is left.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NodeReading(NodeSignal Signal, long Available, long Capacity);

/// <summary>Names of signals in options, conditions and messages: Kubernetes' own, which tools look for.</summary>
public static class NodeSignals
{
    public static IReadOnlyList<NodeSignal> All { get; } = [NodeSignal.Memory, NodeSignal.Disk, NodeSignal.Processes];

    /// <summary>Name in options.</summary>
    public static string Name(NodeSignal signal) => signal switch
    {
        NodeSignal.Memory => "memory.available",
        NodeSignal.Disk => "nodefs.available",
        _ => "pid.available",
    };

    /// <summary>Resource that is short, in messages.</summary>
    public static string Resource(NodeSignal signal) => signal switch
    {
        NodeSignal.Memory => "memory",
        NodeSignal.Disk => "ephemeral-storage",
        _ => "pids",
    };

    /// <summary>Type of the Node's condition.</summary>
    public static string Condition(NodeSignal signal) => signal switch
    {
        NodeSignal.Memory => "MemoryPressure",
        NodeSignal.Disk => "DiskPressure",
        _ => "PIDPressure",
    };

    /// <summary>Reason and message of the Node's condition.</summary>
    public static (string Reason, string Message) Explain(NodeSignal signal, bool isShort) => (signal, isShort) switch
    {
        (NodeSignal.Memory, true) => ("KubeletHasInsufficientMemory", "agent has insufficient memory available"),
        (NodeSignal.Memory, false) => ("KubeletHasSufficientMemory", "agent has sufficient memory available"),
        (NodeSignal.Disk, true) => ("KubeletHasDiskPressure", "agent has disk pressure"),
        (NodeSignal.Disk, false) => ("KubeletHasNoDiskPressure", "agent has no disk pressure"),
        (_, true) => ("KubeletHasInsufficientPID", "agent has insufficient PID available"),
        (_, false) => ("KubeletHasSufficientPID", "agent has sufficient PID available"),
    };
}

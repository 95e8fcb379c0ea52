using System.Runtime.InteropServices;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Volumes;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>An amount of a resource, in the column's unit.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ResourceAmount(int Column, long Amount);

/// <summary>A port of the node that a pod takes. <paramref name="Ip"/> is <c>0.0.0.0</c> for all addresses.</summary>
public readonly record struct HostPort(string Ip, string Protocol, int Port)
{
    /// <summary>Whether both cannot be taken on one node.</summary>
    public bool Conflicts(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (Ip == other.Ip || Ip == "0.0.0.0" || other.Ip == "0.0.0.0");

    public override string ToString() => $"{Port}/{Protocol}";
}

/// <summary>
/// All that decides where a pod may go, compiled once and shared by all pods that ask for the same. Two pods with one shape are
/// interchangeable to the placer, which is why evaluations are kept per shape. Belongs to the cluster whose ids it uses; compared by reference.
/// </summary>
public sealed class WorkloadShape
{
    /// <summary>Requests by column, non-zero ones only, and always one pod.</summary>
    public required ResourceAmount[] Requests { get; init; }

    /// <summary>CPU for scoring: the request, or a small default where there is none.</summary>
    public required long ScoredCpuMilli { get; init; }

    /// <summary>Memory for scoring: the request, or a small default where there is none.</summary>
    public required long ScoredMemoryBytes { get; init; }

    /// <summary>What of the requests may be met by devices.</summary>
    public DeviceDemand[] Devices { get; init; } = [];

    public required HostPort[] HostPorts { get; init; }

    /// <summary>Label ids of spec.nodeSelector: all must be there.</summary>
    public required int[] NodeSelector { get; init; }

    /// <summary>Required node affinity: one of the terms must match; null where there is none.</summary>
    public required IReadOnlyList<NodeSelectorTerm>? RequiredAffinity { get; init; }

    /// <summary>Required node affinity that the scheduler's profile adds; null where there is none.</summary>
    public IReadOnlyList<NodeSelectorTerm>? AddedAffinity { get; init; }

    public required PreferredTerm[] PreferredAffinity { get; init; }

    public required TolerationSet Tolerations { get; init; }

    /// <summary>Terms about other pods.</summary>
    public PodTerms Terms { get; init; } = PodTerms.None;

    /// <summary>Ids, in <see cref="Cluster.ClusterState.Images"/>, of the containers' images.</summary>
    public int[] Images { get; init; } = [];

    /// <summary>Runtime handler, never empty.</summary>
    public required string Handler { get; init; }

    public required int HandlerId { get; init; }

    /// <summary>Virtual processors, where it becomes a machine.</summary>
    public int Vcpus { get; init; }

    /// <summary>What a hypervisor must be able to do to run it.</summary>
    public string[] Capabilities { get; init; } = [];

    /// <summary>What its claims ask.</summary>
    public VolumeDemand Volumes { get; init; } = VolumeDemand.None;

    /// <summary>Fields whose demands the placer does not know how to meet. A pod with any is not placed at all.</summary>
    public required IReadOnlyList<string> UnsupportedFields { get; init; }

    /// <summary>Whether no node will do, whatever it is like.</summary>
    public bool IsHopeless => UnsupportedFields.Count > 0 || Volumes.Obstacle is not null;
}

/// <param name="Weight">1 to 100.</param>
/// <param name="Term">What is preferred.</param>
public sealed record PreferredTerm(int Weight, NodeSelectorTerm Term);

namespace Orchestrator.Agent.Runtimes;

/// <summary>What a runtime offers besides <see cref="IPodRuntime"/> where it can say what its containers use. Failures are those of <see cref="IPodRuntime"/>.</summary>
public interface IMeasuredRuntime
{
    /// <summary>What the running containers of this node have used; those that end meanwhile are left out.</summary>
    Task<IReadOnlyList<ContainerUsage>> MeasureAsync(CancellationToken cancel);
}

/// <summary>What one container has used until a moment.</summary>
/// <param name="ContainerId">Of this attempt: a restarted container counts anew.</param>
/// <param name="At">The moment.</param>
/// <param name="CpuNanoseconds">Processor time since it was started, over all processors. Of a machine: that of its emulator, so guest and devices.</param>
/// <param name="WorkingSetBytes">Memory in use that cannot be dropped: without file pages that were not touched lately.</param>
public sealed record ContainerUsage(string PodUid, string Container, string ContainerId, DateTimeOffset At, long CpuNanoseconds, long WorkingSetBytes)
{
    /// <summary>What it has written into its own root file system; 0 where that is not known.</summary>
    public long WritableBytes { get; init; }
}

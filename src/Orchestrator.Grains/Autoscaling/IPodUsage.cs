using Orchestrator.Store;

namespace Orchestrator.Grains.Autoscaling;

/// <summary>What pods use now, as metrics.k8s.io says it.</summary>
public interface IPodUsage
{
    /// <summary>Usage of the running pods whose agents answer, by pod uid.</summary>
    Task<IReadOnlyDictionary<string, PodUsageSample>> ReadAsync(IReadOnlyList<StoredObject> pods, CancellationToken cancel);
}

/// <param name="Containers">By container name and resource (<c>cpu</c>, <c>memory</c>), in thousandths of a core and in bytes times a thousand.</param>
public sealed record PodUsageSample(IReadOnlyDictionary<(string Container, string Resource), long> Containers);

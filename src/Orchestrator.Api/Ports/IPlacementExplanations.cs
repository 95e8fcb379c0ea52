namespace Orchestrator.Api.Ports;

/// <summary>Why pods were placed where they are, or why not: serves <c>GET /api/v1/namespaces/{ns}/pods/{name}/explanation</c>.</summary>
public interface IPlacementExplanations
{
    /// <summary>UTF-8 JSON of the pod's latest decision, or null where none is kept.</summary>
    ValueTask<ReadOnlyMemory<byte>?> FindAsync(string podUid, CancellationToken cancel);
}

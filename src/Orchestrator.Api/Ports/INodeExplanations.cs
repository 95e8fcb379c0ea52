namespace Orchestrator.Api.Ports;

/// <summary>Answers what the scheduler says of one node for one pod, from its live state. Implemented outside the API.</summary>
public interface INodeExplanations
{
    /// <summary>An <c>orchestrator.dev/v1 NodeExplanation</c> as JSON; null where the scheduler does not know the pod or the node (yet).</summary>
    ValueTask<ReadOnlyMemory<byte>?> ExplainAsync(string podUid, string nodeName, CancellationToken cancel);
}

using Orchestrator.Api.Ports;
using Orchestrator.Grains.Explanations;

namespace Orchestrator.Cli.Server;

/// <summary>Joins the API's port to the grains: the two projects do not know each other.</summary>
internal sealed class GrainNodeExplanations(NodeExplainer explainer) : INodeExplanations
{
    public async ValueTask<ReadOnlyMemory<byte>?> ExplainAsync(string podUid, string nodeName, CancellationToken cancel) =>
        await explainer.ExplainAsync(podUid, nodeName).AsTask().WaitAsync(cancel) is { } json ? json : null;
}

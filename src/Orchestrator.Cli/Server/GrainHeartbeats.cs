using Orchestrator.Api.Ports;
using Orchestrator.Grains.Nodes;

namespace Orchestrator.Cli.Server;

/// <summary>Joins the API's port to the grains: the two projects do not know each other.</summary>
internal sealed class GrainHeartbeats(NodeHeartbeatForwarder forwarder) : INodeHeartbeats
{
    public ValueTask RenewedAsync(string nodeName, DateTimeOffset renewTime, CancellationToken cancel) => forwarder.RenewedAsync(nodeName, renewTime);

    public DateTimeOffset? LastRenewal(string nodeName) => forwarder.Latest(nodeName);
}

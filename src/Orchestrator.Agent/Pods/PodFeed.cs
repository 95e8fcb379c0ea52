using k8s;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Feeds;

namespace Orchestrator.Agent.Pods;

/// <summary>Follows the pods bound to this node.</summary>
public sealed class PodFeed(IKubernetes client, AgentOptions options, PodRegistry registry, TimeProvider time, ILogger<PodFeed> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new ObjectFeed<V1Pod>(ObjectSources.Pods(client, $"spec.nodeName={options.NodeName}"), registry, time, logger).RunAsync(stoppingToken);
}

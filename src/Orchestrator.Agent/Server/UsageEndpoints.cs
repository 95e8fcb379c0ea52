using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Usage;

namespace Orchestrator.Agent.Server;

/// <summary>kubelet's paths for what is used on the node: <c>/stats/summary</c> and <c>/metrics/resource</c>.</summary>
internal sealed class UsageEndpoints(AgentOptions options, UsageSampler sampler, PodRegistry registry)
{
    public async Task SummaryAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, await SummaryAsync(context.RequestAborted), StatsJson.Default.StatsSummary, context.RequestAborted);
    }

    public async Task ResourceMetricsAsync(HttpContext context)
    {
        var text = ResourceMetrics.Of(await SummaryAsync(context.RequestAborted));
        context.Response.ContentType = ResourceMetrics.ContentType;
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    private async Task<StatsSummary> SummaryAsync(CancellationToken cancel) =>
        StatsSummary.Of(options.NodeName, await sampler.ReportAsync(cancel), registry.All);
}

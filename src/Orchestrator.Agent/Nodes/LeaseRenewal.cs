using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;

namespace Orchestrator.Agent.Nodes;

/// <summary>The node's heartbeat: its Lease, renewed regularly. Lost for 40 s, the node counts as unreachable.</summary>
public sealed partial class LeaseRenewal(IKubernetes client, AgentOptions options, TimeProvider time, ILogger<LeaseRenewal> logger) : BackgroundService
{
    private const int DurationSeconds = 40;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        V1Lease? lease = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = options.LeaseRenewal;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            limit.CancelAfter(options.LeaseRenewal);
            try
            {
                lease = await RenewAsync(lease, limit.Token);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Read again next time: somebody else wrote it, or it has gone.
                lease = null;
                pause = Retry;
                LogFailed(error.Message);
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task<V1Lease> RenewAsync(V1Lease? lease, CancellationToken cancel)
    {
        lease ??= await ReadAsync(cancel);
        if (lease is null)
        {
            var fresh = new V1Lease
            {
                ApiVersion = "coordination.k8s.io/v1",
                Kind = "Lease",
                Metadata = new V1ObjectMeta { Name = options.NodeName, NamespaceProperty = WellKnown.NodeLeaseNamespace },
                Spec = Spec(),
            };
            return await client.CoordinationV1.CreateNamespacedLeaseAsync(fresh, WellKnown.NodeLeaseNamespace, cancellationToken: cancel);
        }

        lease.Spec = Spec();
        return await client.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, options.NodeName, WellKnown.NodeLeaseNamespace, cancellationToken: cancel);
    }

    private V1LeaseSpec Spec() => new()
    {
        HolderIdentity = options.NodeName,
        LeaseDurationSeconds = DurationSeconds,
        RenewTime = time.GetUtcNow().UtcDateTime,
    };

    private async Task<V1Lease?> ReadAsync(CancellationToken cancel)
    {
        try
        {
            return await client.CoordinationV1.ReadNamespacedLeaseAsync(options.NodeName, WellKnown.NodeLeaseNamespace, cancellationToken: cancel);
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node's lease could not be renewed: {Error}")]
    private partial void LogFailed(string error);
}

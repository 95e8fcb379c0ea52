using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Following;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Services;

/// <summary>
/// Keeps the Service <c>kube-system/kube-dns</c>, whose address pods have as their name server. It has no endpoints: every node's agent answers at that address
/// itself. One that is given a selector is somebody's own name server, and left to it.
/// </summary>
internal sealed partial class NameService(IObjectStore store, ServiceNetwork network, TimeProvider time, ILogger<NameService> logger) : BackgroundService
{
    public const string Name = "kube-dns";
    public const string Namespace = "kube-system";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        ChangeLoop.RunAsync(store, ["services"], change => change.Object.Key is { Namespace: Namespace, Name: Name }, PassAsync, LogWaits, time, stoppingToken);

    private async Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        if (store.Get(new ObjectKey("services", Namespace, Name)) is not null)
        {
            return null;
        }

        var service = new SystemService(Namespace, Name, network.NameServer!)
        {
            Labels = new JsonObject { ["k8s-app"] = "kube-dns", ["kubernetes.io/cluster-service"] = "true", ["kubernetes.io/name"] = "CoreDNS" },
            Ports = [Port("dns", "UDP"), Port("dns-tcp", "TCP")],
        };
        IReadOnlyList<Mutation> mutations = service.Create(store, time.GetUtcNow());
        if (mutations.Count == 0)
        {
            LogWaits($"another Service has the address {network.NameServer}");
            return Interval;
        }

        await store.CommitAsync(mutations, cancel: cancel);
        return Interval;
    }

    private static JsonObject Port(string name, string protocol) => new() { ["name"] = name, ["port"] = 53, ["protocol"] = protocol, ["targetPort"] = 53 };

    [LoggerMessage(Level = LogLevel.Warning, Message = "the cluster's name server waits: {Reason}")]
    private partial void LogWaits(string reason);
}

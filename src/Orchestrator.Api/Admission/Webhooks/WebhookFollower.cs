using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>Keeps the table of webhooks in step with the change feed. Writes read the table and nothing else, so that where there are none they cost nothing.</summary>
internal sealed partial class WebhookFollower(IObjectStore store, WebhookClients clients, TimeProvider time, ILogger<WebhookFollower> logger) : BackgroundService
{
    private const string Mutating = "mutatingwebhookconfigurations.admissionregistration.k8s.io";
    private const string Validating = "validatingwebhookconfigurations.admissionregistration.k8s.io";

    private volatile WebhookTable _current = WebhookTable.Empty;

    public WebhookTable Current => _current;

    /// <summary>They are asked from the first write on: the store has been filled by then.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _current = Read();
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        ChangeLoop.RunAsync(store, [Mutating, Validating], null, PassAsync, LogWaits, time, stoppingToken);

    private Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        _current = Read();
        return Task.FromResult<TimeSpan?>(null);
    }

    private WebhookTable Read()
    {
        var table = new WebhookTable(Read(Mutating), Read(Validating));
        clients.KeepOnly(table.Mutating.Concat(table.Validating).Select(w => w.Client));
        return table;
    }

    private List<Webhook> Read(string resource) =>
        [.. store.List(resource).Items.SelectMany(o => Webhook.ReadAll(o.Key.Name, JsonTree.ParseStored(o.Json), clients.Of))];

    [LoggerMessage(Level = LogLevel.Warning, Message = "changes of webhook configurations wait: {Reason}")]
    private partial void LogWaits(string reason);
}

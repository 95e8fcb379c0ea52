using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>The clients by which webhooks are called. Webhooks of the same server share one, and so its connections, over changes of their configurations.</summary>
internal sealed class WebhookClients(ServiceAddresses services) : IDisposable
{
    private readonly ConcurrentDictionary<(string Server, string Authorities), WebhookConnections> _connections = new();

    /// <summary>The client of a <c>clientConfig</c>.</summary>
    public WebhookClient Of(JsonObject config)
    {
        string authorities = config.Text("caBundle") ?? "";
        if (config.Child("service") is not { } reference)
        {
            var url = new Uri(config.Text("url") ?? "https://localhost", UriKind.Absolute);
            return new WebhookClient(url, Connections(url.Authority, null, authorities));
        }

        var service = new ServiceReference(reference.Text("namespace") ?? "", reference.Text("name") ?? "", (int)(reference.Integer("port") ?? 443));
        var address = new UriBuilder(Uri.UriSchemeHttps, service.HostName, service.Port, reference.Text("path") ?? "/").Uri;
        return new WebhookClient(address, Connections(address.Authority, service, authorities));
    }

    /// <summary>Forgets the connections that none of these clients uses. Calls that are under way end as they would.</summary>
    public void KeepOnly(IEnumerable<WebhookClient> used)
    {
        var kept = used.Select(c => c.Connections).ToHashSet();
        foreach (var entry in _connections.Where(c => !kept.Contains(c.Value)))
        {
            _connections.TryRemove(entry);
        }
    }

    public void Dispose()
    {
        foreach (WebhookConnections connections in _connections.Values)
        {
            connections.Dispose();
        }
    }

    private WebhookConnections Connections(string server, ServiceReference? service, string authorities) =>
        _connections.GetOrAdd((server, authorities), _ => new WebhookConnections(service, authorities, services));
}

using System.Globalization;
using System.Net;
using System.Net.Security;
using Orchestrator.Api.Subresources.Agents;

namespace Orchestrator.Api.Subresources.Proxies;

/// <param name="Node">Node that the pod runs on.</param>
/// <param name="Port">Port that it listens on.</param>
internal sealed record PodPort(string Node, string Namespace, string Pod, int Port);

/// <summary>
/// Connections to ports of pods, by way of the agents of their nodes: the API server is on no pod network. Each request has a connection of its own, since
/// one that was kept could lead to a pod that has gone. Certificates of pods are not checked: nobody says by whom they should be issued.
/// </summary>
internal sealed class PodTunnels(AgentEndpoints agents)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);


    /// <summary>A client whose connections all lead to the port, whatever the request's authority is.</summary>
    public HttpMessageInvoker ClientTo(PodPort port) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectTimeout = ConnectTimeout,
#pragma warning disable CA5359 // Who asks for https here wants the pod's own certificate taken as it is, as by Kubernetes' proxies.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
        ConnectCallback = async (_, cancel) => await ConnectAsync(port, cancel),
    });

    /// <summary>A stream of bytes to the port.</summary>
    /// <exception cref="HttpRequestException">The agent or the port cannot be reached; the message says why.</exception>
    public async Task<Stream> ConnectAsync(PodPort port, CancellationToken cancel)
    {
        var agent = agents.Find(port.Node);
        if (agent.Failed)
        {
            throw new HttpRequestException(agent.Error!.Message);
        }

        var path = string.Create(CultureInfo.InvariantCulture, $"tunnel/{port.Namespace}/{port.Pod}/{port.Port}");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(agent.Value, path)) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "tcp");
        var response = await agents.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            return await response.Content.ReadAsStreamAsync(cancel);
        }

        using (response)
        {
            throw new HttpRequestException(await AgentRefusal.TextAsync(response, cancel));
        }
    }

}

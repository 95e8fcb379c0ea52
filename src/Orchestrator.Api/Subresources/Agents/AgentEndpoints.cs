using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources.Agents;

/// <summary>
/// The agents' own TLS endpoints. The API shows its client certificate, and believes only agents whose certificate is of the cluster's authority and
/// names the address called.
/// </summary>
internal sealed class AgentEndpoints : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromMinutes(2);

    private readonly IObjectStore _store;
    private readonly SocketsHttpHandler _handler;

    public AgentEndpoints(IObjectStore store, ClusterCertificates certificates)
    {
        _store = store;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(certificates.Authority.Certificate);
        _handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = IdleLifetime,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,

                // Asked for each connection, so that a renewed certificate is used.
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificates.ApiClient,
            },
        };
        Invoker = new HttpMessageInvoker(_handler, disposeHandler: false);
        Client = new HttpClient(_handler, disposeHandler: false)
        {
            // A followed log has no end; requests end with the client's.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public HttpClient Client { get; }

    /// <summary>The same connections, for requests that are passed on as they came.</summary>
    public HttpMessageInvoker Invoker { get; }

    /// <summary>Where the agent of the node listens, from the Node's status.</summary>
    public Outcome<Uri> Find(string? nodeName)
    {
        if (string.IsNullOrEmpty(nodeName) || _store.Get(new ObjectKey("nodes", "", nodeName)) is not { } stored)
        {
            return StatusErrors.InternalError($"the node \"{nodeName}\" is not known");
        }

        JsonObject? status = JsonTree.ParseStored(stored.Json).Child("status");
        string? address = status.Items("addresses").Select(a => a.Item).FirstOrDefault(a => a.Text("type") == "InternalIP").Text("address");
        long? port = status.Child("daemonEndpoints", "kubeletEndpoint").Integer("Port");
        return string.IsNullOrEmpty(address) || port is not (> 0 and <= 65535)
            ? StatusErrors.InternalError($"the node \"{nodeName}\" does not say where its agent listens")
            : new UriBuilder(Uri.UriSchemeHttps, address, (int)port).Uri;
    }

    public void Dispose()
    {
        Client.Dispose();
        Invoker.Dispose();
        _handler.Dispose();
    }
}

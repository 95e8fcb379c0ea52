using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>Connections to one server of webhooks, which is believed where its certificate is of the authorities of the configuration, or else of the machine's.</summary>
internal sealed class WebhookConnections : IDisposable
{
    private const int MaxAnswerBytes = 3 * 1024 * 1024;
    private const int MaxConnections = 64;
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromMinutes(1);

    // Endpoints of a service come and go.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public WebhookConnections(ServiceReference? service, string authorities, ServiceAddresses services)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = IdleLifetime,
            PooledConnectionLifetime = Lifetime,
            MaxConnectionsPerServer = MaxConnections,
        };
        if (authorities.Length > 0)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(authorities) };
        }

        if (service is not null)
        {
            // The name in the certificate is the service's; the address is one of its endpoints.
            handler.ConnectCallback = async (_, cancel) => await ConnectAsync(services.Find(service), cancel);
        }

        // Every call has a limit of its own.
        Http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    public HttpClient Http { get; }

    public void Dispose() => Http.Dispose();

    private static async ValueTask<Stream> ConnectAsync((string Host, int Port) address, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static X509ChainPolicy Trust(string authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(authorities)));
        return policy;
    }
}

using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Orchestrator.Api.Security.Pki;

namespace Orchestrator.Cli.Server;

/// <summary>How the API listens: TLS, HTTP/1.1 and HTTP/2, limits that suit long watches.</summary>
internal static class ApiListener
{
    /// <summary>An HTTP/2 client multiplexes all its watches over one connection.</summary>
    private const int StreamsPerConnection = 1000;

    /// <summary>Above the API's own limit, which answers with a Status and not by cutting the connection.</summary>
    private const long MaxBodyBytes = 16 * 1024 * 1024;

    public static void Configure(KestrelServerOptions kestrel, ServerOptions options, ClusterCertificates certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;

        // Watches and followed logs are silent for long stretches.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificateSelector = (_, _) => certificates.Serving;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;

                // Any certificate may connect: the authenticator judges it, and answers a stranger with 401.
                https.ClientCertificateValidation = (_, _, _) => true;
                https.CheckCertificateRevocation = false;
            });
        });
    }
}

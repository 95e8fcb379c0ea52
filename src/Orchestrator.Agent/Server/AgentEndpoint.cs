using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Model;

namespace Orchestrator.Agent.Server;

/// <summary>Certificates of the agent's endpoint, as PEM files.</summary>
/// <param name="Listen">Address and port.</param>
/// <param name="CertificatePath">The agent's serving certificate.</param>
/// <param name="KeyPath">Its key.</param>
/// <param name="ClientAuthorityPath">Authority of callers' certificates.</param>
public sealed record EndpointOptions(IPEndPoint Listen, string CertificatePath, string KeyPath, string ClientAuthorityPath);

/// <summary>The agent's HTTPS endpoint. Without the API server's certificate no request gets past the handshake.</summary>
public static class AgentEndpoint
{
    public static void ConfigureAgentEndpoint(this IWebHostBuilder host, EndpointOptions options)
    {
        var certificate = LoadServing(options);
        var callers = new CallerCertificate(X509CertificateLoader.LoadCertificateFromFile(options.ClientAuthorityPath), WellKnown.ApiServerUser);
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen, listen => listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (caller, _, _) => callers.IsAllowed(caller),
                SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            }));
        });
    }

    public static void MapAgentEndpoint(this WebApplication app)
    {
        app.UseWebSockets();
        var streams = app.Services.GetRequiredService<StreamEndpoints>();
        string[] upgrading = [HttpMethods.Get, HttpMethods.Post];
        app.MapMethods("/exec/{namespace}/{pod}/{container}", upgrading, streams.ExecAsync);
        app.MapMethods("/attach/{namespace}/{pod}/{container}", upgrading, streams.AttachAsync);
        app.MapMethods("/portForward/{namespace}/{pod}", upgrading, streams.PortForwardAsync);
        var machines = app.Services.GetRequiredService<MachineEndpoints>();
        app.MapPost("/machines/{namespace}/{pod}/{command}", machines.CommandAsync);
        app.MapGet("/machines/{namespace}/{pod}/stream/{stream}", machines.StreamAsync);
        app.MapGet("/machines/{namespace}/{pod}/guest/{question}", machines.AskAsync);
        app.MapGet("/containerLogs/{namespace}/{pod}/{container}", ContainerLogsEndpoint.HandleAsync);
        var usage = app.Services.GetRequiredService<UsageEndpoints>();
        app.MapGet("/stats/summary", usage.SummaryAsync);
        app.MapGet("/metrics/resource", usage.ResourceMetricsAsync);
        app.MapGet("/tunnel/{namespace}/{pod}/{port:int}", app.Services.GetRequiredService<TunnelEndpoint>().ServeAsync);
        app.MapGet("/pods", PodsEndpoint.Handle);
        app.MapGet("/healthz", () => Results.Text("ok"));
    }

    private static X509Certificate2 LoadServing(EndpointOptions options)
    {
        using var pem = X509Certificate2.CreateFromPemFile(options.CertificatePath, options.KeyPath);
        // Through PKCS#12, since TLS on some platforms cannot use a key that is only in memory.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestrator.IntegrationTests.Cluster;

/// <summary>An agent's log endpoint over TLS that answers with what the test says.</summary>
internal sealed class AgentDouble : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AgentDouble(WebApplication app) => _app = app;

    /// <summary>Path and query of each request, with the client certificate's subject.</summary>
    public ConcurrentQueue<(string Request, string? Client)> Requests { get; } = new();

    public int Port { get; private set; }

    public static async Task<AgentDouble> StartAsync(X509Certificate2 serving, Func<HttpContext, Task> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = serving;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (_, _, _) => true;
        })));
        WebApplication app = builder.Build();
        var agent = new AgentDouble(app);
        app.Run(context =>
        {
            agent.Requests.Enqueue((context.Request.Path + context.Request.QueryString.Value, context.Connection.ClientCertificate?.Subject));
            return answer(context);
        });
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        agent.Port = new Uri(address).Port;
        return agent;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

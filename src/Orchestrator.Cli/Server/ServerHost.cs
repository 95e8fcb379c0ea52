using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api;
using Orchestrator.Api.Health;
using Orchestrator.Api.Ports;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Api.Security.Tokens;
using Orchestrator.Api.Services;
using Orchestrator.Cli.Telemetry;
using Orchestrator.Grains.Autoscaling;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Hosting;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Store.PrivatePostgres;

namespace Orchestrator.Cli.Server;

/// <summary>The composition root of a server: store, API, grains and telemetry in one process. Started services stop in the reverse order.</summary>
public static class ServerHost
{
    /// <summary>How long requests may take to end once the server is told to stop; watches do not end by themselves and are cut then.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    /// <param name="options">How it runs.</param>
    /// <param name="certificates">Opened for the same data directory.</param>
    /// <param name="configure">Last changes to the services, for tests.</param>
    public static WebApplication Build(ServerOptions options, ClusterCertificates certificates, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = options.DataDirectory,

            // Settings come from the command line. To watch for files of them is to be woken by every write of the PostgreSQL in this directory.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => ApiListener.Configure(kestrel, options, certificates));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Logging.AddOrchestratorConsole();
        builder.Services.AddSingleton(TimeProvider.System);
        AddParts(builder, options, certificates);
        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        app.UseKubernetesApi();
        app.UseHealthEndpoints();
        app.UseIssuerEndpoints();

        // Only administrators get past the API's authorizers with this path.
        app.UseMetricsEndpoint(_ => true);
        app.Lifetime.ApplicationStarted.Register(() => Announce(app, options, certificates));
        return app;
    }

    /// <summary>URL of the running server, with the port that it really has.</summary>
    public static Uri Address(WebApplication app, ServerOptions options)
    {
        IServerAddressesFeature? addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        int port = options.Listen.Port != 0 || addresses is null ? options.Listen.Port : new Uri(addresses.Addresses.First()).Port;
        return new UriBuilder(Uri.UriSchemeHttps, options.EffectiveAddress.ToString(), port).Uri;
    }

    private static void AddParts(WebApplicationBuilder builder, ServerOptions options, ClusterCertificates certificates)
    {
        StoreOptions store = StoreOf(options);
        var kinds = new ServedKinds(BuiltInKinds.Registry());
        builder.Services.AddSingleton(kinds);
        builder.Services.AddOrchestratorTelemetry(new TelemetryOptions("orchestrator-server", Dns.GetHostName(), options.OtlpEndpoint));
        builder.Services.AddObjectStore(store);
        builder.Services.AddKubernetesApi(kinds);
        builder.Services.AddClusterServices(certificates, options.Security, options.Services);
        builder.AddOrchestratorGrains(new GrainOptions
        {
            Clustering = options.IsClustered ? GrainClustering.Postgres : GrainClustering.Localhost,
            ConnectionString = options.IsClustered ? store.ResolveConnectionString() : null,
            SiloPort = options.SiloPort,
            GatewayPort = options.GatewayPort,
            AdvertisedAddress = options.EffectiveAddress,
            Scheduler = new SchedulerOptions { Profiles = options.SchedulerProfiles },
        });
        builder.Services.AddSingleton<INodeHeartbeats, GrainHeartbeats>();
        builder.Services.AddSingleton<IObjectAdmission, GrainAdmission>();
        builder.Services.AddSingleton<INodeExplanations, GrainNodeExplanations>();
        builder.Services.AddSingleton<IPodUsage, GrainPodUsage>();
        builder.Services.AddNodeHeartbeats();
    }

    private static StoreOptions StoreOf(ServerOptions options) => string.IsNullOrEmpty(options.Database)
        ? new StoreOptions { PrivatePostgres = new PrivatePostgresOptions { Directory = Path.GetFullPath(options.PostgresDirectory) } }
        : new StoreOptions { ConnectionString = options.Database };

    // The kubeconfig is written when requests are answered, so that whoever waits for the file finds a server.
    private static void Announce(WebApplication app, ServerOptions options, ClusterCertificates certificates)
    {
        Uri address = Address(app, options);
        string kubeconfig = certificates.WriteAdminKubeconfig(address);
        app.Services.GetRequiredService<ApiServerService>().Announce(new IPEndPoint(options.EffectiveAddress, address.Port));
        ServerLogging.LogServing(app.Logger, address, kubeconfig);
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Explanations;
using Orchestrator.Grains.Feed;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Grains.Workloads;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orleans.Configuration;

namespace Orchestrator.Grains.Hosting;

/// <summary>Adds the grains, and what feeds and keeps them, to a server.</summary>
public static class GrainHosting
{
    /// <summary>
    /// Needs <see cref="IObjectStore"/>, <see cref="IExplanationStore"/> and <see cref="ServedKinds"/> among the services, registered
    /// before, so that the store has started when the grains do.
    /// </summary>
    public static IHostApplicationBuilder AddOrchestratorGrains(this IHostApplicationBuilder builder, GrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        IServiceCollection services = builder.Services;
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        if (options.Clustering == GrainClustering.Postgres)
        {
            string connectionString = options.ConnectionString
                ?? throw new ArgumentException("clustering over PostgreSQL needs a connection string", nameof(options));
            services.AddHostedService(_ => new MembershipSchema(connectionString));
        }

        builder.UseOrleans(silo => ConfigureSilo(silo, options));
        AddScheduler(services);
        AddReconcilers(services);
        return builder;
    }

    private static void AddScheduler(IServiceCollection services)
    {
        services.AddSingleton<SchedulerTelemetry>();
        services.AddSingleton<ExplanationRecorder>();
        services.AddHostedService(s => s.GetRequiredService<ExplanationRecorder>());
        services.AddSingleton<IDecisionSink, DecisionSink>();
        services.AddHostedService<SchedulerKeeper>();
    }

    private static void AddReconcilers(IServiceCollection services)
    {
        services.AddSingleton(s => new EventRecorder(
            s.GetRequiredService<IObjectStore>(), s.GetRequiredService<TimeProvider>(), new Random(), s.GetRequiredService<ILogger<EventRecorder>>()));
        services.AddSingleton<IEventRecorder>(s => s.GetRequiredService<EventRecorder>());
        services.AddHostedService(s => s.GetRequiredService<EventRecorder>());
        services.AddHostedService<EventExpiry>();
        services.AddHostedService<EndedPods>();
        services.AddSingleton<Owners>();
        services.AddSingleton<GarbageWakes>();
        services.AddSingleton<OrphanSightings>();
        services.AddSingleton<AppsParts>();
        services.AddSingleton<AppsWakes>();
        services.AddSingleton<WakeRules>();
        services.AddSingleton<IWaker, GrainWaker>();
        services.AddHostedService<ChangeFeedRouter>();
        services.AddSingleton<NodeHeartbeatForwarder>();
        services.AddSingleton<NodeCensus>();
        services.AddSingleton<NodeExplainer>();
    }

    private static void ConfigureSilo(ISiloBuilder silo, GrainOptions options)
    {
        int siloPort = options.SiloPort != 0 ? options.SiloPort : FreePort();
        if (options.Clustering == GrainClustering.Localhost)
        {
            silo.UseLocalhostClustering(siloPort, options.GatewayPort, primarySiloEndpoint: null, serviceId: options.ClusterId, clusterId: options.ClusterId);
        }
        else
        {
            silo.UseAdoNetClustering(db =>
            {
                db.Invariant = "Npgsql";
                db.ConnectionString = options.ConnectionString;
            });
            silo.ConfigureEndpoints(options.AdvertisedAddress, siloPort, options.GatewayPort);
        }

        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = options.ClusterId;
            cluster.ServiceId = options.ClusterId;
        });
        silo.Configure<EndpointOptions>(endpoint =>
            endpoint.SiloListeningEndpoint = new IPEndPoint(endpoint.AdvertisedIPAddress ?? IPAddress.Loopback, siloPort));
    }

    // Taken and given back: another process may be quicker, and the start then fails and is tried again by whoever supervises it.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

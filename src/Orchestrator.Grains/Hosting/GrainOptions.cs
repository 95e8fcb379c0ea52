using System.Net;
using Orchestrator.Grains.Scheduling;

namespace Orchestrator.Grains.Hosting;

/// <summary>How this server's grains find those of other servers.</summary>
public enum GrainClustering
{
    /// <summary>This server alone; nothing listens beyond loopback.</summary>
    Localhost,

    /// <summary>All servers of one cluster id on one PostgreSQL database.</summary>
    Postgres,
}

/// <summary>Configuration of the grains of one server.</summary>
public sealed record GrainOptions
{
    public GrainClustering Clustering { get; init; } = GrainClustering.Localhost;

    /// <summary>Npgsql connection string of the database with the membership tables; required for <see cref="GrainClustering.Postgres"/>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>TCP port on which servers talk to each other; 0 takes a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>TCP port for Orleans clients that are no servers; 0 for none.</summary>
    public int GatewayPort { get; init; }

    /// <summary>Address at which other servers reach this one. Only with <see cref="GrainClustering.Postgres"/>; otherwise loopback.</summary>
    public IPAddress AdvertisedAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Servers with the same id form a cluster.</summary>
    public string ClusterId { get; init; } = "orchestrator";

    /// <summary>The scheduler that is kept running.</summary>
    public SchedulerOptions Scheduler { get; init; } = new();
}

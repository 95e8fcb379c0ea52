using System.Net;
using Orchestrator.Api.Security;
using Orchestrator.Api.Services;
using Orchestrator.Scheduling.Profiles;

namespace Orchestrator.Cli.Server;

/// <summary>How one server runs.</summary>
public sealed record ServerOptions
{
    public const string DefaultDataDirectory = "/var/lib/orchestrator/server";

    /// <summary>Environment variable with the connection string, so that a password need not be on the command line.</summary>
    public const string DatabaseVariable = "ORCHESTRATOR_DATABASE";

    /// <summary>Certificates, the administrator's kubeconfig, and the private PostgreSQL.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the API listens; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 6443);

    /// <summary>Address that the administrator's kubeconfig names; null takes the listening one, or loopback where that is all addresses.</summary>
    public IPAddress? AdvertiseAddress { get; init; }

    /// <summary>Npgsql connection string; null runs a PostgreSQL of our own in the data directory.</summary>
    public string? Database { get; init; }

    /// <summary>True where several servers share the database and form one cluster of grains.</summary>
    public bool IsClustered { get; init; }

    /// <summary>Port on which servers talk to each other; 0 takes a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>Port for Orleans clients that are no servers; 0 for none.</summary>
    public int GatewayPort { get; init; }

    /// <summary>Whose tokens are believed, and as what.</summary>
    public SecurityOptions Security { get; init; } = new();

    /// <summary>Addresses and node ports that Services are given.</summary>
    public ServiceNetwork Services { get; init; } = new();

    /// <summary>How pods are placed.</summary>
    public IReadOnlyList<SchedulerProfile> SchedulerProfiles { get; init; } = [SchedulerProfile.Default];

    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Directory of the private PostgreSQL.</summary>
    public string PostgresDirectory => Path.Combine(DataDirectory, "postgres");

    /// <summary>The address that others are told.</summary>
    public IPAddress EffectiveAddress => AdvertiseAddress
        ?? (Listen.Address.Equals(IPAddress.Any) || Listen.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : Listen.Address);
}

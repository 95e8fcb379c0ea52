using System.CommandLine;
using System.Net;
using Orchestrator.Cli.Server;
using Orchestrator.Cli.Telemetry;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator server</c>: runs the control plane.</summary>
internal static class ServerCommand
{
    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "Address and port of the API",
        HelpName = "IP:PORT",
        DefaultValueFactory = _ => "127.0.0.1:6443",
    };

    private static readonly Option<string?> AdvertiseAddress = new("--advertise-address")
    {
        Description = "Address at which others reach this server, if not the one it listens on",
        HelpName = "IP",
    };

    private static readonly Option<string?> Database = new("--database")
    {
        Description = $"PostgreSQL to use (or environment variable {ServerOptions.DatabaseVariable}); without one a private PostgreSQL runs in the data directory",
        HelpName = "CONNECTION-STRING",
    };

    private static readonly Option<string> Clustering = new Option<string>("--clustering")
    {
        Description = "'postgres' lets several servers on one database work as one; 'localhost' is a server alone",
        DefaultValueFactory = _ => "localhost",
    }.AcceptOnlyFromAmong("localhost", "postgres");

    private static readonly Option<int> SiloPort = new("--silo-port") { Description = "Port between servers; 0 takes a free one", HelpName = "PORT" };

    private static readonly Option<int> GatewayPort = new("--gateway-port") { Description = "Port for Orleans clients that are no servers; 0 for none", HelpName = "PORT" };

    private static readonly Option<string?> OtlpEndpoint = new("--otlp-endpoint")
    {
        Description = $"Where traces, metrics and logs are sent by OTLP (or environment variable {TelemetryOptions.EndpointVariable})",
        HelpName = "URL",
    };

    /// <summary>Shared with the subcommands.</summary>
    internal static readonly Option<string> DataDirectory = new("--data-dir")
    {
        Description = "Where certificates, the administrator's kubeconfig and the private PostgreSQL are",
        HelpName = "DIR",
        DefaultValueFactory = _ => ServerOptions.DefaultDataDirectory,
        Recursive = true,
    };

    public static Command Create()
    {
        var command = new Command("server", "Run the control plane: API, scheduler, controllers and, unless one is given, its database.")
        {
            DataDirectory,
            Listen,
            AdvertiseAddress,
            Database,
            Clustering,
            SiloPort,
            GatewayPort,
            OtlpEndpoint,
            NodeCredentialsCommand.Create(),
        };
        ServerServiceOptions.AddTo(command);
        ServerSecurityOptions.AddTo(command);
        ServerSchedulerOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await ServerRun.RunAsync(Read(parsed), cancel);
            return 0;
        });
        return command.WithExamples(
            "orchestrator server --data-dir ./server",
            "orchestrator server --listen 0.0.0.0:6443 --advertise-address 192.0.2.10");
    }

    private static ServerOptions Read(ParseResult parsed)
    {
        string? database = parsed.GetValue(Database) ?? Environment.GetEnvironmentVariable(ServerOptions.DatabaseVariable);
        bool clustered = parsed.GetValue(Clustering) == "postgres";
        if (clustered && string.IsNullOrEmpty(database))
        {
            throw new CommandFailedException("--clustering postgres needs --database: servers find each other there");
        }

        return new ServerOptions
        {
            DataDirectory = Path.GetFullPath(parsed.GetRequiredValue(DataDirectory)),
            Listen = EndPoint("--listen", parsed.GetRequiredValue(Listen)),
            AdvertiseAddress = parsed.GetValue(AdvertiseAddress) is { } address ? Address("--advertise-address", address) : null,
            Database = database,
            IsClustered = clustered,
            SiloPort = Port("--silo-port", parsed.GetValue(SiloPort)),
            GatewayPort = Port("--gateway-port", parsed.GetValue(GatewayPort)),
            OtlpEndpoint = Endpoint(parsed.GetValue(OtlpEndpoint)),
            Services = ServerServiceOptions.Read(parsed),
            SchedulerProfiles = ServerSchedulerOptions.Read(parsed),
            Security = ServerSecurityOptions.Read(parsed),
        };
    }

    internal static IPAddress Address(string option, string text) => IPAddress.TryParse(text, out IPAddress? address)
        ? address
        : throw new CommandFailedException($"{option}: \"{text}\" is no IP address");

    private static IPEndPoint EndPoint(string option, string text) =>
        text.LastIndexOf(':') > text.LastIndexOf(']') && IPEndPoint.TryParse(text, out IPEndPoint? endPoint)
            ? endPoint
            : throw new CommandFailedException($"{option}: \"{text}\" is no address and port, such as 127.0.0.1:6443");

    private static int Port(string option, int port) => port is >= 0 and <= IPEndPoint.MaxPort
        ? port
        : throw new CommandFailedException($"{option}: {port} is no port");

    private static Uri? Endpoint(string? option)
    {
        try
        {
            return TelemetryOptions.ResolveEndpoint(option, Environment.GetEnvironmentVariable);
        }
        catch (FormatException e)
        {
            throw new CommandFailedException(e.Message);
        }
    }
}

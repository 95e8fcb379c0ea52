using Microsoft.Extensions.Logging;
using Npgsql;

namespace Orchestrator.Cli.Server;

/// <summary>What a server says on its console: its own progress; of the libraries only what is wrong. Never a password, a key or a body.</summary>
internal static partial class ServerLogging
{
    public static void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Orleans", LogLevel.Warning);

        // Advice about the collector, and a watchdog that takes the machine's uptime for a stall when it starts.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Polly", LogLevel.Warning);
    }

    /// <summary>Where a connection string leads, without the secrets in it.</summary>
    public static string Describe(string? connectionString)
    {
        if (string.IsNullOrEmpty(connectionString))
        {
            return "a private PostgreSQL";
        }

        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"PostgreSQL at {parts.Host}:{parts.Port}, database {parts.Database}";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "starting: data in {DataDirectory}, state in {Database}")]
    public static partial void LogStarting(ILogger logger, string dataDirectory, string database);

    [LoggerMessage(Level = LogLevel.Information, Message = "serving the API on {Address}; administrator's kubeconfig: {Kubeconfig}")]
    public static partial void LogServing(ILogger logger, Uri address, string kubeconfig);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped")]
    public static partial void LogStopped(ILogger logger);
}

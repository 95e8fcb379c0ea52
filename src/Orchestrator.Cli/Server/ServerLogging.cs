using Microsoft.Extensions.Logging;
using Npgsql;

namespace Orchestrator.Cli.Server;

/// <summary>What a server says of its own progress. Never a password, a key or a body.</summary>
internal static partial class ServerLogging
{
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

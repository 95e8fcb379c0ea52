using Microsoft.Extensions.Logging;

namespace Orchestrator.Cli.Telemetry;

/// <summary>The console log of all our processes: one line per entry, UTC; of the libraries only what is wrong.</summary>
internal static class ConsoleLog
{
    public static ILoggingBuilder AddOrchestratorConsole(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.SetMinimumLevel(LogLevel.Information);
        foreach (var library in (string[])["Microsoft", "System", "Npgsql", "Orleans", "Polly"])
        {
            logging.AddFilter(library, LogLevel.Warning);
        }

        // Advice about the collector, and a watchdog that takes the machine's uptime for a stall when it starts.
        return logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error).AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error)
            // What a proxied pod does not answer is told to who asked.
            .AddFilter("Yarp", LogLevel.Error);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Orchestrator.Cli.Telemetry;

/// <summary>OpenTelemetry of servers and agents.</summary>
public static class TelemetryRegistration
{
    public const string MetricsPath = "/metrics";

    /// <summary>Names of our activity sources and meters; each project owns the one that carries its name.</summary>
    public static readonly IReadOnlyList<string> Sources = ["Orchestrator.Api", "Orchestrator.Store", "Orchestrator.Scheduler", "Orchestrator.Agent"];

    /// <summary>
    /// Metrics are always collected, for <see cref="UseMetricsEndpoint"/>. Traces and logs are only exported, so without an endpoint no
    /// activity is even created: requests then pay nothing for tracing.
    /// </summary>
    public static IServiceCollection AddOrchestratorTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(options.ServiceName, "orchestrator", Version, serviceInstanceId: options.InstanceName))
            .WithMetrics(metrics => ConfigureMetrics(metrics, options));
        if (options.OtlpEndpoint is { } endpoint)
        {
            telemetry.WithTracing(tracing => ConfigureTracing(tracing, endpoint));
            services.AddLogging(logging => logging.AddOpenTelemetry(logs =>
            {
                logs.IncludeScopes = true;
                logs.AddOtlpExporter(exporter => exporter.Endpoint = endpoint);
            }));
        }

        return services;
    }

    /// <summary>Serves <see cref="MetricsPath"/> in Prometheus' text format to requests that <paramref name="isAllowed"/> lets pass; others go on down the pipeline.</summary>
    public static IApplicationBuilder UseMetricsEndpoint(this IApplicationBuilder app, Func<HttpContext, bool> isAllowed) =>
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == MetricsPath && isAllowed(context));

    private static string Version { get; } = typeof(TelemetryRegistration).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    private static void ConfigureMetrics(MeterProviderBuilder metrics, TelemetryOptions options)
    {
        metrics
            .AddMeter([.. Sources])
            .AddMeter("Npgsql", "Microsoft.AspNetCore.Server.Kestrel")
            .AddRuntimeInstrumentation()
            .AddPrometheusExporter();
        if (options.OtlpEndpoint is { } endpoint)
        {
            metrics.AddOtlpExporter(exporter => exporter.Endpoint = endpoint);
        }
    }

    private static void ConfigureTracing(TracerProviderBuilder tracing, Uri endpoint) => tracing
        .AddSource([.. Sources])
        .AddAspNetCoreInstrumentation()
        .AddNpgsql()
        .AddOtlpExporter(exporter => exporter.Endpoint = endpoint);
}

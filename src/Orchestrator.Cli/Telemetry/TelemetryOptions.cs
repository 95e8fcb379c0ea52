namespace Orchestrator.Cli.Telemetry;

/// <summary>What a process says about itself to the outside.</summary>
/// <param name="ServiceName">OpenTelemetry <c>service.name</c>: <c>orchestrator-server</c> or <c>orchestrator-agent</c>.</param>
/// <param name="InstanceName">OpenTelemetry <c>service.instance.id</c>: the host or node name.</param>
/// <param name="OtlpEndpoint">Where traces, metrics and logs are sent by OTLP over gRPC; null sends nothing.</param>
public sealed record TelemetryOptions(string ServiceName, string InstanceName, Uri? OtlpEndpoint)
{
    /// <summary>OpenTelemetry's own variable for the endpoint, used where no option is given.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Resolves the endpoint: <paramref name="option"/> if given, else <see cref="EndpointVariable"/>, else none.</summary>
    /// <exception cref="FormatException">The value is not an absolute http or https URL.</exception>
    public static Uri? ResolveEndpoint(string? option, Func<string, string?> environment)
    {
        var text = string.IsNullOrEmpty(option) ? environment(EndpointVariable) : option;
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https")
        {
            return endpoint;
        }

        throw new FormatException($"OTLP endpoint '{text}' is not an absolute http or https URL (example: http://localhost:4317)");
    }
}

using System.Globalization;
using k8s.Models;

namespace Orchestrator.Agent.Network;

/// <summary>The variables that tell of a Service: Kubernetes' own, and those of docker's links. Pure.</summary>
internal static class ServiceVariables
{
    public static IEnumerable<KeyValuePair<string, string>> Of(V1Service service)
    {
        var prefix = Name(service.Metadata.Name);
        var host = service.Spec.ClusterIP;
        if (service.Spec.Ports is not { Count: > 0 } ports)
        {
            yield break;
        }

        yield return new($"{prefix}_SERVICE_HOST", host);
        yield return new($"{prefix}_SERVICE_PORT", Text(ports[0].Port));
        foreach (var port in ports.Where(p => !string.IsNullOrEmpty(p.Name)))
        {
            yield return new($"{prefix}_SERVICE_PORT_{Name(port.Name)}", Text(port.Port));
        }

        yield return new($"{prefix}_PORT", Url(ports[0], host));
        foreach (var port in ports)
        {
            var link = $"{prefix}_PORT_{Text(port.Port)}_{port.Protocol ?? "TCP"}";
            yield return new(link, Url(port, host));
            yield return new($"{link}_PROTO", Protocol(port));
            yield return new($"{link}_PORT", Text(port.Port));
            yield return new($"{link}_ADDR", host);
        }
    }

    private static string Name(string name) => name.ToUpperInvariant().Replace('-', '_');

    private static string Url(V1ServicePort port, string host) => $"{Protocol(port)}://{host}:{Text(port.Port)}";

    private static string Protocol(V1ServicePort port) => (port.Protocol ?? "TCP").ToLowerInvariant();

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

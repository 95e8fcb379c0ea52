using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Services;

/// <summary>Ports of a Service.</summary>
internal static class ServicePortRules
{
    private const int AgentPort = 10250;

    public static void Validate(JsonObject spec, string type, ICollection<FieldError> errors)
    {
        int count = spec.Array("ports")?.Count ?? 0;
        if (count == 0 && spec.Text("clusterIP") != "None" && type != "ExternalName")
        {
            errors.Add(FieldError.Required("spec.ports"));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var ports = new HashSet<(string, long)>();
        var nodePorts = new HashSet<(string, long)>();
        foreach ((JsonObject port, int i) in spec.Items("ports"))
        {
            string path = $"spec.ports[{i}]";
            ValidatePort(port, path, isNamed: count > 1, names, errors);
            string protocol = port.Text("protocol") ?? "";
            long number = port.Integer("port") ?? 0;
            if (!ports.Add((protocol, number)))
            {
                errors.Add(FieldError.Duplicate(path, $"{protocol}/{number}"));
            }

            if (type == "LoadBalancer" && number == AgentPort)
            {
                errors.Add(FieldError.Invalid($"{path}.port", number, $"may not expose port {AgentPort} externally since it is used by kubelet"));
            }

            ValidateNodePort(port, path, type, nodePorts, errors);
        }
    }

    private static void ValidatePort(JsonObject port, string path, bool isNamed, HashSet<string> names, ICollection<FieldError> errors)
    {
        string name = port.Text("name") ?? "";
        if (name.Length == 0 && isNamed)
        {
            errors.Add(FieldError.Required($"{path}.name"));
        }

        errors.Check($"{path}.name", name, NameRules.DnsLabel);
        if (name.Length > 0 && !names.Add(name))
        {
            errors.Add(FieldError.Duplicate($"{path}.name", name));
        }

        errors.CheckPort($"{path}.port", port.Integer("port") ?? 0);
        errors.CheckOneOf($"{path}.protocol", port.Text("protocol"), "SCTP", "TCP", "UDP");
        if (port["targetPort"].AsInteger() is { } target)
        {
            errors.CheckPort($"{path}.targetPort", target);
        }
        else
        {
            errors.Check($"{path}.targetPort", port.Text("targetPort"), NameRules.PortName);
        }

        errors.Check($"{path}.appProtocol", port.Text("appProtocol"), NameRules.QualifiedName);
    }

    private static void ValidateNodePort(JsonObject port, string path, string type, HashSet<(string, long)> taken, ICollection<FieldError> errors)
    {
        if (port.Integer("nodePort") is not { } nodePort || nodePort == 0)
        {
            return;
        }

        if (type is "ClusterIP" or "ExternalName")
        {
            errors.Add(FieldError.Forbidden($"{path}.nodePort", $"may not be used when `type` is '{type}'"));
        }
        else if (!taken.Add((port.Text("protocol") ?? "", nodePort)))
        {
            errors.Add(FieldError.Duplicate($"{path}.nodePort", nodePort));
        }
    }
}

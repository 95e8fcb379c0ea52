using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Ports of containers.</summary>
internal static class PortRules
{
    public static void Validate(JsonObject container, string path, bool hostNetwork, HashSet<(string, string, long)> hostPorts, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject port, int i) in container.Items("ports"))
        {
            string at = $"{path}.ports[{i}]";
            string? name = port.Text("name");
            errors.Check($"{at}.name", name, NameRules.PortName);
            if (!string.IsNullOrEmpty(name) && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            if (port["containerPort"].IsUnset())
            {
                errors.Add(FieldError.Required($"{at}.containerPort"));
            }
            else
            {
                errors.CheckPort($"{at}.containerPort", port.Integer("containerPort") ?? 0);
            }

            errors.CheckOneOf($"{at}.protocol", port.Text("protocol"), "SCTP", "TCP", "UDP");
            errors.Check($"{at}.hostIP", port.Text("hostIP"), ip => System.Net.IPAddress.TryParse(ip, out _) ? null : "must be a valid IP address");
            ValidateHostPort(port, at, hostNetwork, hostPorts, errors);
        }
    }

    private static void ValidateHostPort(JsonObject port, string at, bool hostNetwork, HashSet<(string, string, long)> hostPorts, ICollection<FieldError> errors)
    {
        if (port["hostPort"].IsUnset())
        {
            return;
        }

        long hostPort = port.Integer("hostPort") ?? 0;
        errors.CheckPort($"{at}.hostPort", hostPort);
        if (hostNetwork && hostPort != port.Integer("containerPort"))
        {
            errors.Add(FieldError.Invalid($"{at}.containerPort", port.Integer("containerPort"), "must match `hostPort` when `hostNetwork` is true"));
        }

        string protocol = port.Text("protocol") ?? "TCP";
        if (!hostPorts.Add((protocol, port.Text("hostIP") ?? "", hostPort)))
        {
            errors.Add(FieldError.Duplicate($"{at}.hostPort", $"{protocol}/{port.Text("hostIP")}/{hostPort}"));
        }
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Services;

/// <summary>Endpoints: subsets of addresses that have the same ports (Kubernetes' ValidateEndpoints).</summary>
internal sealed class EndpointsRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        foreach ((JsonObject subset, _) in obj.Items("subsets"))
        {
            foreach ((JsonObject port, _) in subset.Items("ports"))
            {
                port.DefaultIfEmpty("protocol", "TCP");
            }
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        foreach ((JsonObject subset, int i) in obj.Items("subsets"))
        {
            string path = $"subsets[{i}]";
            if (subset["addresses"].IsUnset() && subset["notReadyAddresses"].IsUnset())
            {
                errors.Add(FieldError.Required(path, "must specify `addresses` or `notReadyAddresses`"));
            }

            foreach (string list in (ReadOnlySpan<string>)["addresses", "notReadyAddresses"])
            {
                foreach ((JsonObject address, int a) in subset.Items(list))
                {
                    ValidateAddress(address, $"{path}.{list}[{a}]", errors);
                }
            }

            int count = subset.Array("ports")?.Count ?? 0;
            foreach ((JsonObject port, int p) in subset.Items("ports"))
            {
                ValidatePort(port, $"{path}.ports[{p}]", isNamed: count > 1, errors);
            }
        }
    }

    internal static void ValidateIP(string? text, string path, ICollection<FieldError> errors)
    {
        if (!AddressFaults.TryParse(text, out IPAddress? ip))
        {
            errors.Add(FieldError.Invalid(path, text ?? "", AddressFaults.NoAddress));
        }
        else if (AddressFaults.OfEndpoint(ip) is { } fault)
        {
            errors.Add(FieldError.Invalid(path, text, fault));
        }
    }

    private static void ValidateAddress(JsonObject address, string path, ICollection<FieldError> errors)
    {
        ValidateIP(address.Text("ip"), $"{path}.ip", errors);
        errors.Check($"{path}.hostname", address.Text("hostname"), NameRules.DnsLabel);
        errors.Check($"{path}.nodeName", address.Text("nodeName"), NameRules.DnsSubdomain);
    }

    private static void ValidatePort(JsonObject port, string path, bool isNamed, ICollection<FieldError> errors)
    {
        if (isNamed && port["name"].IsUnset())
        {
            errors.Add(FieldError.Required($"{path}.name"));
        }

        errors.Check($"{path}.name", port.Text("name"), NameRules.DnsLabel);
        errors.CheckPort($"{path}.port", port.Integer("port") ?? 0);
        errors.CheckOneOf($"{path}.protocol", port.Text("protocol"), "SCTP", "TCP", "UDP");
        errors.Check($"{path}.appProtocol", port.Text("appProtocol"), NameRules.QualifiedName);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Services;

/// <summary>EndpointSlices (Kubernetes' ValidateEndpointSlice): up to 1000 endpoints of one address type with up to 100 ports.</summary>
internal sealed class EndpointSliceRules : IKindRules
{
    private const int MaxEndpoints = 1000;
    private const int MaxPorts = 100;
    private const int MaxAddresses = 100;

    public void Default(JsonObject obj)
    {
        foreach ((JsonObject port, _) in obj.Items("ports"))
        {
            port.Default("name", "");
            port.Default("protocol", "TCP");
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        string type = obj.Text("addressType") ?? "";
        if (type.Length == 0)
        {
            errors.Add(FieldError.Required("addressType"));
        }

        errors.CheckOneOf("addressType", type, "FQDN", "IPv4", "IPv6");
        ValidateEndpoints(obj, type, errors);
        ValidatePorts(obj, errors);
        Immutability.ValidateMember(obj, old, errors, null, "addressType");
    }

    private static void ValidateEndpoints(JsonObject slice, string type, ICollection<FieldError> errors)
    {
        if (slice.Array("endpoints") is { Count: > MaxEndpoints })
        {
            errors.Add(new FieldError("FieldValueTooMany", "endpoints", $"Too many: {slice.Array("endpoints")!.Count}: must have at most {MaxEndpoints} items"));
            return;
        }

        foreach ((JsonObject endpoint, int i) in slice.Items("endpoints"))
        {
            string path = $"endpoints[{i}]";
            int addresses = endpoint.Array("addresses")?.Count ?? 0;
            if (addresses == 0)
            {
                errors.Add(FieldError.Required($"{path}.addresses", "must contain at least 1 address"));
            }
            else if (addresses > MaxAddresses)
            {
                errors.Add(new FieldError("FieldValueTooMany", $"{path}.addresses", $"Too many: {addresses}: must have at most {MaxAddresses} items"));
            }

            foreach ((string address, int a) in endpoint.Texts("addresses").Select((t, a) => (t, a)))
            {
                ValidateAddress(address, $"{path}.addresses[{a}]", type, errors);
            }

            errors.Check($"{path}.nodeName", endpoint.Text("nodeName"), NameRules.DnsSubdomain);
            errors.Check($"{path}.hostname", endpoint.Text("hostname"), NameRules.DnsLabel);
        }
    }

    private static void ValidateAddress(string address, string path, string type, ICollection<FieldError> errors)
    {
        if (type == "FQDN")
        {
            errors.Check(path, address, NameRules.DnsSubdomain);
            return;
        }

        EndpointsRules.ValidateIP(address, path, errors);
        if (AddressFaults.TryParse(address, out IPAddress? ip) && (type is "IPv4" or "IPv6")
            && ip.AddressFamily != (type == "IPv4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6))
        {
            errors.Add(FieldError.Invalid(path, address, $"must be a valid {type} address"));
        }
    }

    private static void ValidatePorts(JsonObject slice, ICollection<FieldError> errors)
    {
        if (slice.Array("ports") is { Count: > MaxPorts })
        {
            errors.Add(new FieldError("FieldValueTooMany", "ports", $"Too many: {slice.Array("ports")!.Count}: must have at most {MaxPorts} items"));
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject port, int i) in slice.Items("ports"))
        {
            string name = port.Text("name") ?? "";
            errors.Check($"ports[{i}].name", name, NameRules.DnsLabel);
            if (!names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"ports[{i}].name", name));
            }

            errors.CheckPort($"ports[{i}].port", port.Integer("port"));
            errors.CheckOneOf($"ports[{i}].protocol", port.Text("protocol"), "SCTP", "TCP", "UDP");
            errors.Check($"ports[{i}].appProtocol", port.Text("appProtocol"), NameRules.QualifiedName);
        }
    }
}

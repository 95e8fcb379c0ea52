using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary>Interfaces and networks of a machine: each interface names one network, and the other way round.</summary>
internal static partial class InterfaceRules
{
    private static readonly string[] Bindings = ["masquerade", "bridge", "slirp", "sriov", "macvtap", "passt", "passtBinding", "binding"];

    public static void Validate(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        JsonObject? devices = spec.Child("domain", "devices");
        string list = $"{path}.domain.devices.interfaces";
        var interfaces = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string> networks = ValidateNetworks(spec, path, errors);
        foreach ((JsonObject item, int i) in devices.Items("interfaces"))
        {
            string at = $"{list}[{i}]";
            string? name = item.Text("name");
            errors.CheckRequired($"{at}.name", name, DomainRules.SafeName);
            if (name is not null && !interfaces.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            if (name is not null && !networks.Contains(name))
            {
                errors.Add(FieldError.Invalid($"{at}.name", name, "'name' not found: no network has this name"));
            }

            string[] given = [.. Bindings.Where(b => item[b] is not null)];
            if (given.Length != 1)
            {
                errors.Add(given.Length == 0
                    ? FieldError.Required(at, "must have one way of being connected: masquerade or bridge")
                    : FieldError.Invalid(at, string.Join(", ", given), "must have only one way of being connected"));
            }

            errors.CheckOneOf($"{at}.model", item.Text("model"), "virtio", "e1000", "e1000e", "ne2k_pci", "pcnet", "rtl8139");
            errors.CheckOneOf($"{at}.state", item.Text("state"), "up", "down");
            errors.Check($"{at}.macAddress", item.Text("macAddress"), v => Mac().IsMatch(v) ? null : "must be six pairs of hexadecimal digits");
            ValidatePorts(item, at, errors);
        }

        foreach ((JsonObject network, int i) in spec.Items("networks"))
        {
            if (network.Text("name") is { } name && !interfaces.Contains(name))
            {
                errors.Add(FieldError.Invalid($"{path}.networks[{i}].name", name, "no interface has this name"));
            }
        }
    }

    private static HashSet<string> ValidateNetworks(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        int pods = 0;
        foreach ((JsonObject network, int i) in spec.Items("networks"))
        {
            string at = $"{path}.networks[{i}]";
            string? name = network.Text("name");
            errors.CheckRequired($"{at}.name", name, DomainRules.SafeName);
            if (name is not null && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            if (network["pod"] is null && network["multus"] is null && network["resourceClaim"] is null)
            {
                errors.Add(FieldError.Required(at, "should have a network type"));
            }

            if (network["pod"] is not null && ++pods > 1)
            {
                errors.Add(FieldError.Duplicate($"{at}.pod", "pod"));
            }
        }

        return names;
    }

    private static void ValidatePorts(JsonObject item, string at, ICollection<FieldError> errors)
    {
        foreach ((JsonObject port, int i) in item.Items("ports"))
        {
            if (port["port"] is null)
            {
                errors.Add(FieldError.Required($"{at}.ports[{i}].port"));
            }

            errors.CheckPort($"{at}.ports[{i}].port", port.Integer("port"));
            errors.CheckOneOf($"{at}.ports[{i}].protocol", port.Text("protocol"), "TCP", "UDP");
            errors.Check($"{at}.ports[{i}].name", port.Text("name"), NameRules.DnsLabel);
        }
    }

    [GeneratedRegex("^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Mac();
}

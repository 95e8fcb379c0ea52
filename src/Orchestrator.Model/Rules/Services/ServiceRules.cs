using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Services;

/// <summary>Services: Kubernetes' defaults and validation (<c>pkg/apis/core/validation</c>, ValidateService), for clusters of one address family, IPv4.</summary>
internal sealed class ServiceRules : IKindRules
{
    private const int MaxAffinitySeconds = 86400;

    public void Default(JsonObject obj) => ServiceDefaults.Apply(obj);

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        if (obj.Child("spec") is not { } spec)
        {
            errors.Add(FieldError.Required("spec"));
            return;
        }

        string type = spec.Text("type") ?? "";
        errors.CheckOneOf("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        ServicePortRules.Validate(spec, type, errors);
        SelectorRules.ValidateMap(spec.Child("selector"), "spec.selector", errors);
        ValidateAffinity(spec, errors);
        ValidateExternalIPs(spec, errors);
        ValidateLoadBalancer(spec, type, errors);
        ValidatePolicies(spec, type, errors);
        if (type == "ExternalName")
        {
            ValidateExternalName(spec, errors);
        }
        else
        {
            ServiceAddressRules.Validate(spec, type, errors);
        }

        if (old.Child("spec") is { } oldSpec)
        {
            ServiceAddressRules.ValidateUpdate(spec, oldSpec, errors);
        }
    }

    private static void ValidateExternalName(JsonObject spec, ICollection<FieldError> errors)
    {
        foreach (string member in (ReadOnlySpan<string>)["clusterIPs", "ipFamilies", "ipFamilyPolicy"])
        {
            if (!spec[member].IsUnset())
            {
                errors.Add(FieldError.Forbidden($"spec.{member}", "may not be set for ExternalName services"));
            }
        }

        // A trailing dot marks a name as fully qualified.
        string name = spec.Text("externalName") ?? "";
        errors.CheckRequired("spec.externalName", name.EndsWith('.') ? name[..^1] : name, NameRules.DnsSubdomain);
    }

    private static void ValidateAffinity(JsonObject spec, ICollection<FieldError> errors)
    {
        errors.CheckOneOf("spec.sessionAffinity", spec.Text("sessionAffinity"), "ClientIP", "None");
        if (spec.Text("sessionAffinity") == "ClientIP"
            && spec.Child("sessionAffinityConfig", "clientIP")?["timeoutSeconds"] is { } seconds
            && seconds.AsInteger() is not (> 0 and <= MaxAffinitySeconds))
        {
            errors.Add(FieldError.Invalid(
                "spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds.AsInteger(), $"must be greater than 0 and less than {MaxAffinitySeconds}"));
        }
    }

    private static void ValidateExternalIPs(JsonObject spec, ICollection<FieldError> errors)
    {
        foreach ((string text, int i) in spec.Texts("externalIPs").Select((t, i) => (t, i)))
        {
            string path = $"spec.externalIPs[{i}]";
            if (!AddressFaults.TryParse(text, out IPAddress? ip))
            {
                errors.Add(FieldError.Invalid(path, text, AddressFaults.NoAddress));
            }
            else if (AddressFaults.OfEndpoint(ip) is { } fault)
            {
                errors.Add(FieldError.Invalid(path, text, fault));
            }
        }
    }

    private static void ValidateLoadBalancer(JsonObject spec, string type, ICollection<FieldError> errors)
    {
        foreach (string member in (ReadOnlySpan<string>)["loadBalancerSourceRanges", "allocateLoadBalancerNodePorts", "loadBalancerClass"])
        {
            if (type != "LoadBalancer" && spec[member] is { } value && !(value is JsonArray { Count: 0 }))
            {
                errors.Add(FieldError.Forbidden($"spec.{member}", "may only be used when `type` is 'LoadBalancer'"));
            }
        }

        foreach ((string range, int i) in spec.Texts("loadBalancerSourceRanges").Select((r, i) => (r, i)))
        {
            if (!IPNetwork.TryParse(range.Trim(), out _))
            {
                errors.Add(FieldError.Invalid($"spec.loadBalancerSourceRanges[{i}]", range, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
            }
        }

        errors.Check("spec.loadBalancerClass", spec.Text("loadBalancerClass"), NameRules.QualifiedName);
    }

    private static void ValidatePolicies(JsonObject spec, string type, ICollection<FieldError> errors)
    {
        bool isExternal = type is "LoadBalancer" or "NodePort" || (type == "ClusterIP" && spec.Array("externalIPs") is { Count: > 0 });
        string external = spec.Text("externalTrafficPolicy") ?? "";
        if (!isExternal && external.Length > 0)
        {
            errors.Add(FieldError.Invalid("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services"));
        }
        else
        {
            errors.CheckOneOf("spec.externalTrafficPolicy", external, "Cluster", "Local");
        }

        errors.CheckOneOf("spec.internalTrafficPolicy", spec.Text("internalTrafficPolicy"), "Cluster", "Local");
        errors.CheckOneOf("spec.trafficDistribution", spec.Text("trafficDistribution"), "PreferClose", "PreferSameNode", "PreferSameZone");
        if (!spec["healthCheckNodePort"].IsUnset())
        {
            errors.Add(type == "LoadBalancer" && external == "Local"
                ? FieldError.Forbidden("spec.healthCheckNodePort", "not supported yet")
                : FieldError.Invalid("spec.healthCheckNodePort", spec.Integer("healthCheckNodePort"), "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
        }
    }
}

/// <summary>Addresses that are none, or cannot be anybody's endpoint.</summary>
internal static class AddressFaults
{
    public const string NoAddress = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    /// <summary>Strictly: the runtime's parser takes <c>1.2.3</c> and <c>7</c> for addresses too.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && (address.AddressFamily != AddressFamily.InterNetwork || address.ToString() == text);

    public static string? OfEndpoint(IPAddress ip) =>
        ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) ? "may not be unspecified (0.0.0.0 or ::)"
        : IPAddress.IsLoopback(ip) ? "may not be in the loopback range (127.0.0.0/8, ::1/128)"
        : ip.IsIPv6LinkLocal || (ip.AddressFamily == AddressFamily.InterNetwork && ip.GetAddressBytes() is [169, 254, ..])
            ? "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
        : ip.IsIPv6Multicast || (ip.AddressFamily == AddressFamily.InterNetwork && ip.GetAddressBytes() is [224, 0, 0, _])
            ? "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"
        : null;
}

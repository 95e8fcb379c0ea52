using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Services;

/// <summary>The cluster address of a Service and its family. Whether the address is free is found out when it is allotted.</summary>
internal static class ServiceAddressRules
{
    private const string Headless = "None";

    public static void Validate(JsonObject spec, string type, ICollection<FieldError> errors)
    {
        ValidateFamilies(spec, errors);
        string[] addresses = [.. spec.Texts("clusterIPs")];
        string first = spec.Text("clusterIP") ?? "";
        if (addresses.Length > 0 && addresses[0] != first)
        {
            errors.Add(FieldError.Invalid("spec.clusterIPs", Shown(addresses), "first value must match `clusterIP`"));
        }

        if (addresses.Length > 1)
        {
            errors.Add(addresses.Contains(Headless)
                ? FieldError.Invalid("spec.clusterIPs[0]", addresses[0], "may not be set when `clusterIPs` holds 'None'")
                : FieldError.Invalid("spec.clusterIPs", Shown(addresses), "may only hold up to 1 value: the cluster has one address family"));
        }

        if (first == Headless && (type is "LoadBalancer" or "NodePort"))
        {
            errors.Add(FieldError.Invalid("spec.clusterIPs[0]", first, $"may not be set to 'None' for {type} services"));
        }

        for (int i = 0; i < addresses.Length; i++)
        {
            if (addresses[i] is not Headless && !AddressFaults.TryParse(addresses[i], out _))
            {
                errors.Add(FieldError.Invalid($"spec.clusterIPs[{i}]", addresses[i], AddressFaults.NoAddress));
            }
            else if (AddressFaults.TryParse(addresses[i], out IPAddress? ip) && ip.AddressFamily != AddressFamily.InterNetwork)
            {
                errors.Add(FieldError.Invalid($"spec.clusterIPs[{i}]", addresses[i], "the cluster's address family is IPv4"));
            }
        }
    }

    /// <summary>An address that was given stays, as long as the Service has one.</summary>
    public static void ValidateUpdate(JsonObject spec, JsonObject old, ICollection<FieldError> errors)
    {
        bool had = old.Text("type") != "ExternalName" && old.Text("clusterIP") is { Length: > 0 };
        if (!had || spec.Text("type") == "ExternalName")
        {
            return;
        }

        string before = old.Text("clusterIP")!;
        string now = spec.Text("clusterIP") ?? "";
        if (now != before)
        {
            errors.Add(FieldError.Invalid("spec.clusterIPs[0]", now, "may not change once set"));
        }
    }

    private static void ValidateFamilies(JsonObject spec, ICollection<FieldError> errors)
    {
        string policy = spec.Text("ipFamilyPolicy") ?? "";
        errors.CheckOneOf("spec.ipFamilyPolicy", policy, "SingleStack", "PreferDualStack", "RequireDualStack");
        if (policy == "RequireDualStack")
        {
            errors.Add(FieldError.Invalid("spec.ipFamilyPolicy", policy, "this cluster is not configured for dual-stack services"));
        }

        foreach ((string family, int i) in spec.Texts("ipFamilies").Select((f, i) => (f, i)))
        {
            string path = $"spec.ipFamilies[{i}]";
            errors.CheckOneOf(path, family, "IPv4", "IPv6");
            if (family == "IPv6")
            {
                errors.Add(FieldError.Invalid(path, family, "not configured on this cluster"));
            }
            else if (i > 0)
            {
                errors.Add(FieldError.Duplicate(path, family));
            }
        }
    }

    private static string Shown(string[] values) => $"[{string.Join(" ", values)}]";
}

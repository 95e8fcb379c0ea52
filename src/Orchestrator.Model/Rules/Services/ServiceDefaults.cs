using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Rules.Services;

/// <summary>What a Service's writer may leave out, as Kubernetes fills it. Addresses and node ports are allotted later, with the write.</summary>
internal static class ServiceDefaults
{
    private const int SessionAffinitySeconds = 10800;

    public static void Apply(JsonObject service)
    {
        if (service.ObjectOrNew("spec") is not { } spec)
        {
            return;
        }

        spec.DefaultIfEmpty("sessionAffinity", "None");
        spec.DefaultIfEmpty("type", "ClusterIP");
        DefaultSessionAffinity(spec);
        foreach ((JsonObject port, _) in spec.Items("ports"))
        {
            port.DefaultIfEmpty("protocol", "TCP");
            if (port["targetPort"].IsUnset() && port["port"] is { } number)
            {
                port["targetPort"] = number.DeepClone();
            }
        }

        string type = spec.Text("type") ?? "";
        bool isExternal = type is "NodePort" or "LoadBalancer";
        if (isExternal || (type == "ClusterIP" && spec.Array("externalIPs") is { Count: > 0 }))
        {
            spec.DefaultIfEmpty("externalTrafficPolicy", "Cluster");
        }

        if (isExternal || type == "ClusterIP")
        {
            spec.DefaultIfEmpty("internalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec.Default("allocateLoadBalancerNodePorts", true);
        }

        DefaultFamily(spec, type);
        service.ObjectOrNew("status")?.ObjectOrNew("loadBalancer");
    }

    private static void DefaultSessionAffinity(JsonObject spec)
    {
        if (spec.Text("sessionAffinity") == "None")
        {
            spec.Remove("sessionAffinityConfig");
        }
        else if (spec.Text("sessionAffinity") == "ClientIP")
        {
            spec.ObjectOrNew("sessionAffinityConfig")?.ObjectOrNew("clientIP")?.Default("timeoutSeconds", SessionAffinitySeconds);
        }
    }

    // One family is served: IPv4. clusterIP and clusterIPs say the same, whichever was written.
    private static void DefaultFamily(JsonObject spec, string type)
    {
        if (type == "ExternalName")
        {
            return;
        }

        spec.DefaultIfEmpty("ipFamilyPolicy", "SingleStack");
        if (spec["ipFamilies"].IsUnset())
        {
            spec["ipFamilies"] = new JsonArray("IPv4");
        }

        if (spec.Text("clusterIP") is { Length: > 0 } ip && spec["clusterIPs"].IsUnset())
        {
            spec["clusterIPs"] = new JsonArray(ip);
        }
        else if (spec["clusterIP"].IsUnset() && spec.Texts("clusterIPs").FirstOrDefault() is { Length: > 0 } first)
        {
            spec["clusterIP"] = first;
        }
    }
}

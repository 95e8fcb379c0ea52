using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Services;

/// <summary>
/// Keeps what a Service was given where an update does not mention it, and takes it off where its type no longer has it: manifests name neither address
/// nor node ports, and a replacement by one must not lose them (Kubernetes' patchAllocatedValues and dropTypeDependentFields).
/// </summary>
internal sealed class ServiceCarryOver : IAdmissionRule
{
    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "update" && subresource.Length == 0 && kind.StorageName == "services";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Object.Child("spec") is { } spec && request.Old.Child("spec") is { } old)
        {
            Addresses(spec, old);
            NodePorts(spec, old);
            External(spec, old);
        }

        return new((StatusError?)null);
    }

    private static void Addresses(JsonObject spec, JsonObject old)
    {
        bool had = old.Text("type") != "ExternalName";
        bool has = spec.Text("type") != "ExternalName";
        if (had && has && spec["clusterIP"].IsUnset() && spec["clusterIPs"].IsUnset())
        {
            Copy("clusterIP", spec, old);
            Copy("clusterIPs", spec, old);
        }
        else if (had && !has)
        {
            foreach (string member in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
            {
                RemoveUnchanged(member, spec, old);
            }
        }
    }

    private static void NodePorts(JsonObject spec, JsonObject old)
    {
        if (!HasNodePorts(old))
        {
            return;
        }

        Dictionary<(string?, long?), JsonNode> before = [];
        foreach ((JsonObject port, _) in old.Items("ports"))
        {
            if (port["nodePort"] is { } nodePort)
            {
                before[(port.Text("protocol"), port.Integer("port"))] = nodePort;
            }
        }

        bool has = HasNodePorts(spec);
        foreach ((JsonObject port, _) in spec.Items("ports"))
        {
            JsonNode? given = before.GetValueOrDefault((port.Text("protocol"), port.Integer("port")));
            if (has && port["nodePort"].IsUnset() && given is not null)
            {
                port["nodePort"] = given.DeepClone();
            }
            else if (!has && given is not null && JsonNode.DeepEquals(port["nodePort"], given))
            {
                port.Remove("nodePort");
            }
        }
    }

    private static void External(JsonObject spec, JsonObject old)
    {
        if (HasNodePorts(old) && !HasNodePorts(spec) && spec.Array("externalIPs") is not { Count: > 0 })
        {
            RemoveUnchanged("externalTrafficPolicy", spec, old);
        }

        if (old.Text("type") == "LoadBalancer" && spec.Text("type") != "LoadBalancer")
        {
            RemoveUnchanged("allocateLoadBalancerNodePorts", spec, old);
            RemoveUnchanged("loadBalancerClass", spec, old);
        }

        if (spec.Text("type") == "ExternalName" && old.Text("type") != "ExternalName")
        {
            RemoveUnchanged("internalTrafficPolicy", spec, old);
        }
    }

    private static bool HasNodePorts(JsonObject spec) => spec.Text("type") is "NodePort" or "LoadBalancer";

    private static void Copy(string member, JsonObject spec, JsonObject old) => spec[member] = old[member]?.DeepClone();

    private static void RemoveUnchanged(string member, JsonObject spec, JsonObject old)
    {
        if (JsonNode.DeepEquals(spec[member], old[member]))
        {
            spec.Remove(member);
        }
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;
using Orchestrator.Store;

namespace Orchestrator.Api.Services;

/// <summary>
/// Gives a Service its address and its node ports: fills in what its writer left open, and says which claims must be committed with it. A claim that
/// another took meanwhile fails the whole write, which is then planned anew.
/// </summary>
internal sealed class ServiceAllotment(IObjectStore store, ServiceNetwork network, Random random, TimeProvider clock) : IWriteClaims
{
    private const string Resource = "services";

    private readonly Lock _drawing = new();

    public bool AppliesTo(ResourceKind kind) => kind.StorageName == Resource;

    public Outcome<IReadOnlyList<Mutation>> Plan(AdmissionRequest request)
    {
        if (request.Object.Child("spec") is not { } spec || request.Object.Child("metadata") is not { } metadata)
        {
            return new Outcome<IReadOnlyList<Mutation>>([], null);
        }

        var held = new HashSet<ObjectKey>(request.Old is { } old ? ServiceClaim.Of(old) : []);
        var draft = new Draft(metadata, held, []);
        var errors = new List<FieldError>();
        if (spec.Text("type") != "ExternalName" && spec.Text("clusterIP") != "None")
        {
            Address(spec, draft, errors);
        }

        if (spec.Text("type") == "NodePort" || (spec.Text("type") == "LoadBalancer" && spec.Flag("allocateLoadBalancerNodePorts") != false))
        {
            DrawNodePorts(spec, draft, errors);
        }

        ClaimGivenNodePorts(spec, draft, errors);
        return errors.Count > 0
            ? StatusErrors.Invalid(request.Kind, request.Name, errors)
            : new Outcome<IReadOnlyList<Mutation>>(draft.Claims, null);
    }

    /// <param name="Metadata">Of the Service.</param>
    /// <param name="Held">What it has, and has been planned to have.</param>
    /// <param name="Claims">Receives the writes.</param>
    private sealed record Draft(JsonObject Metadata, HashSet<ObjectKey> Held, List<Mutation> Claims);

    private void Address(JsonObject spec, Draft draft, List<FieldError> errors)
    {
        if (spec.Text("clusterIP") is not { Length: > 0 } text)
        {
            if (Draw(network.AddressNumbers, n => ServiceClaim.OfAddress(ServiceNetwork.ToAddress(n)), draft) is not { } drawn)
            {
                errors.Add(FieldError.Invalid("spec.clusterIPs", "", $"failed to allocate IP: the range {network.Addresses} is full"));
                return;
            }

            text = ServiceNetwork.ToAddress(drawn).ToString();
            spec["clusterIP"] = text;
            spec["clusterIPs"] = new JsonArray(text);
        }

        IPAddress address = IPAddress.Parse(text);
        ObjectKey key = ServiceClaim.OfAddress(address);
        if (!draft.Held.Add(key))
        {
            return;
        }

        if (!network.AddressNumbers.Contains(ServiceNetwork.ToNumber(address)))
        {
            errors.Add(FieldError.Invalid(
                "spec.clusterIPs", $"[{text}]", $"failed to allocate IP {text}: the provided IP ({text}) is not in the valid range. The range of valid IPs is {network.Addresses}"));
        }
        else if (!TryTake(key, draft))
        {
            errors.Add(FieldError.Invalid("spec.clusterIPs", $"[{text}]", $"failed to allocate IP {text}: provided IP is already allocated"));
        }
    }

    // One port by two protocols is one node port, as clients expect of DNS and the like.
    private void DrawNodePorts(JsonObject spec, Draft draft, List<FieldError> errors)
    {
        var drawn = new Dictionary<long, long>();
        foreach ((JsonObject port, int i) in spec.Items("ports"))
        {
            long number = port.Integer("port") ?? 0;
            if (port.Integer("nodePort") is { } given && given != 0)
            {
                drawn.TryAdd(number, given);
                continue;
            }

            if (!drawn.TryGetValue(number, out long nodePort))
            {
                if (Draw(network.NodePorts, ServiceClaim.OfNodePort, draft) is not { } free)
                {
                    errors.Add(FieldError.Invalid($"spec.ports[{i}].nodePort", 0, "failed to allocate a nodePort: range is full"));
                    return;
                }

                drawn[number] = nodePort = free;
                draft.Held.Add(ServiceClaim.OfNodePort(free));
                draft.Claims.Add(ServiceClaim.Take(ServiceClaim.OfNodePort(free), null, draft.Metadata, clock.GetUtcNow())!);
            }

            port["nodePort"] = nodePort;
        }
    }

    private void ClaimGivenNodePorts(JsonObject spec, Draft draft, List<FieldError> errors)
    {
        foreach ((JsonObject port, int i) in spec.Items("ports"))
        {
            if (port.Integer("nodePort") is not { } nodePort || nodePort == 0 || !draft.Held.Add(ServiceClaim.OfNodePort(nodePort)))
            {
                continue;
            }

            string path = $"spec.ports[{i}].nodePort";
            if (!network.NodePorts.Contains(nodePort))
            {
                errors.Add(FieldError.Invalid(
                    path, nodePort, $"provided port is not in the valid range. The range of valid ports is {network.NodePorts.First}-{network.NodePorts.Last}"));
            }
            else if (!TryTake(ServiceClaim.OfNodePort(nodePort), draft))
            {
                errors.Add(FieldError.Invalid(path, nodePort, "provided port is already allocated"));
            }
        }
    }

    private bool TryTake(ObjectKey key, Draft draft)
    {
        if (ServiceClaim.Take(key, store.Get(key), draft.Metadata, clock.GetUtcNow()) is not { } claim)
        {
            return false;
        }

        draft.Claims.Add(claim);
        return true;
    }

    private long? Draw(NumberRange range, Func<long, ObjectKey> key, Draft draft)
    {
        lock (_drawing)
        {
            return range.Pick(n => draft.Held.Contains(key(n)) || store.Get(key(n)) is not null, random);
        }
    }
}

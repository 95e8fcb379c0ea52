using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Networking;

/// <summary>NetworkPolicies: peers are selected pods or blocks of addresses, ports are ports.</summary>
internal sealed class NetworkPolicyRules : IKindRules
{
    private static readonly (string List, string Peers, string Type)[] Directions = [("ingress", "from", "Ingress"), ("egress", "to", "Egress")];

    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is not { } spec)
        {
            return;
        }

        spec.ObjectOrNew("podSelector");
        foreach ((JsonObject port, _) in Directions.SelectMany(d => spec.Items(d.List)).SelectMany(r => r.Item.Items("ports")))
        {
            port.DefaultIfEmpty("protocol", "TCP");
        }

        if (spec["policyTypes"].IsUnset())
        {
            spec["policyTypes"] = spec["egress"] is JsonArray { Count: > 0 } ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        SelectorObject.Validate(spec.Child("podSelector"), "spec.podSelector", errors);
        foreach ((string list, string peers, _) in Directions)
        {
            foreach ((JsonObject rule, int i) in spec.Items(list))
            {
                ValidateRule(rule, peers, string.Create(CultureInfo.InvariantCulture, $"spec.{list}[{i}]"), errors);
            }
        }

        foreach ((string type, int i) in spec.Texts("policyTypes").Select((t, i) => (t, i)))
        {
            errors.CheckOneOf(string.Create(CultureInfo.InvariantCulture, $"spec.policyTypes[{i}]"), type, "Egress", "Ingress");
        }
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) =>
        warnings.Add("network policies are kept but not enforced: the nodes' network lets all pods reach each other unless something in the cluster acts on the policy");

    private static void ValidateRule(JsonObject rule, string peers, string path, ICollection<FieldError> errors)
    {
        foreach ((JsonObject port, int i) in rule.Items("ports"))
        {
            ValidatePort(port, string.Create(CultureInfo.InvariantCulture, $"{path}.ports[{i}]"), errors);
        }

        foreach ((JsonObject peer, int i) in rule.Items(peers))
        {
            ValidatePeer(peer, string.Create(CultureInfo.InvariantCulture, $"{path}.{peers}[{i}]"), errors);
        }
    }

    private static void ValidatePort(JsonObject port, string path, ICollection<FieldError> errors)
    {
        errors.CheckOneOf($"{path}.protocol", port.Text("protocol"), "SCTP", "TCP", "UDP");
        JsonNode? number = port["port"];
        errors.CheckPort($"{path}.port", number.AsInteger());
        errors.Check($"{path}.port", number.AsText(), NameRules.PortName);
        if (port["endPort"] is null)
        {
            return;
        }

        errors.CheckPort($"{path}.endPort", port.Integer("endPort"));
        if (number is null)
        {
            errors.Add(FieldError.Required($"{path}.endPort", "may not be specified when `port` is not specified"));
        }
        else if (number.AsInteger() is not { } first)
        {
            errors.Add(FieldError.Invalid($"{path}.endPort", port.Integer("endPort"), "may not be specified when `port` is non-numeric"));
        }
        else if (port.Integer("endPort") < first)
        {
            errors.Add(FieldError.Invalid($"{path}.endPort", port.Integer("endPort"), "must be greater than or equal to `port`"));
        }
    }

    private static void ValidatePeer(JsonObject peer, string path, ICollection<FieldError> errors)
    {
        JsonObject? block = peer.Child("ipBlock");
        bool isSelected = peer["podSelector"] is not null || peer["namespaceSelector"] is not null;
        if (block is null && !isSelected)
        {
            errors.Add(FieldError.Required(path, "must specify a peer"));
        }
        else if (block is not null && isSelected)
        {
            errors.Add(FieldError.Forbidden(path, "may not specify both ipBlock and another peer"));
        }

        SelectorObject.Validate(peer.Child("podSelector"), $"{path}.podSelector", errors);
        SelectorObject.Validate(peer.Child("namespaceSelector"), $"{path}.namespaceSelector", errors);
        if (block is not null)
        {
            ValidateBlock(block, $"{path}.ipBlock", errors);
        }
    }

    private static void ValidateBlock(JsonObject block, string path, ICollection<FieldError> errors)
    {
        if (string.IsNullOrEmpty(block.Text("cidr")))
        {
            errors.Add(FieldError.Required($"{path}.cidr"));
            return;
        }

        if (!IPNetwork.TryParse(block.Text("cidr"), out IPNetwork network))
        {
            errors.Add(FieldError.Invalid($"{path}.cidr", block.Text("cidr"), "not a valid CIDR"));
            return;
        }

        foreach ((string except, int i) in block.Texts("except").Select((e, i) => (e, i)))
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{path}.except[{i}]");
            if (!IPNetwork.TryParse(except, out IPNetwork inner))
            {
                errors.Add(FieldError.Invalid(at, except, "not a valid CIDR"));
            }
            else if (!network.Contains(inner.BaseAddress) || inner.PrefixLength <= network.PrefixLength)
            {
                errors.Add(FieldError.Invalid(at, except, "must be a strict subset of `cidr`"));
            }
        }
    }
}

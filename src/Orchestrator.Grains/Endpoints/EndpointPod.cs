using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Endpoints;

/// <summary>What Services look at of a pod. Each version of a pod is read once, however many Services select it.</summary>
internal sealed class EndpointPod
{
    private static readonly ConditionalWeakTable<StoredObject, EndpointPod> Known = [];

    private readonly Dictionary<(string Name, string Protocol), long> _ports = [];

    private EndpointPod(StoredObject stored)
    {
        Stored = stored;
        JsonObject pod = StoredJson.Read(stored);
        JsonObject? spec = pod.Child("spec");
        JsonObject? status = pod.Child("status");
        Address = status.Text("podIP") ?? "";
        NodeName = spec.Text("nodeName") ?? "";
        Hostname = spec.Text("hostname") ?? "";
        Subdomain = spec.Text("subdomain") ?? "";
        HasEnded = status.Text("phase") is "Succeeded" or "Failed";
        IsReady = status.Items("conditions").Any(c => c.Item.Text("type") == "Ready" && c.Item.Text("status") == "True");
        foreach ((JsonObject container, _) in spec.Items("containers"))
        {
            foreach ((JsonObject port, _) in container.Items("ports"))
            {
                if (port.Text("name") is { Length: > 0 } name && port.Integer("containerPort") is { } number)
                {
                    _ports.TryAdd((name, port.Text("protocol") ?? "TCP"), number);
                }
            }
        }
    }

    public StoredObject Stored { get; }

    /// <summary>Empty until it has one.</summary>
    public string Address { get; }

    public string NodeName { get; }

    public string Hostname { get; }

    public string Subdomain { get; }

    public bool HasEnded { get; }

    public bool IsReady { get; }

    public bool IsTerminating => Stored.IsTerminating;

    /// <summary>Whether traffic could go to it at all.</summary>
    public bool HasEndpoint => Address.Length > 0 && !HasEnded;

    public static EndpointPod Of(StoredObject stored) => Known.GetValue(stored, static s => new EndpointPod(s));

    /// <summary>Whether a Service would say the same of both versions of a pod.</summary>
    public static bool IsSame(StoredObject one, StoredObject other)
    {
        EndpointPod a = Of(one);
        EndpointPod b = Of(other);
        return a.Address == b.Address && a.NodeName == b.NodeName && a.HasEnded == b.HasEnded && a.IsReady == b.IsReady && a.IsTerminating == b.IsTerminating
            && one.Labels.Count == other.Labels.Count && one.Labels.All(l => other.Labels.TryGetValue(l.Key, out string? value) && value == l.Value);
    }

    /// <summary>The number of the port that a Service's <c>targetPort</c> names; null where the pod has none of that name.</summary>
    public long? Port(JsonNode? targetPort, string protocol) =>
        targetPort.AsInteger() ?? (_ports.TryGetValue((targetPort.AsText() ?? "", protocol), out long number) ? number : null);
}

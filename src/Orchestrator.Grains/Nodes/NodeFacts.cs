using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Nodes;

/// <summary>What others look at of a node: those of its zone, and whoever has to do with its pods. Each version of a node is read once.</summary>
internal sealed class NodeFacts
{
    private static readonly ConditionalWeakTable<StoredObject, NodeFacts> Known = [];

    private NodeFacts(StoredObject stored)
    {
        JsonObject node = StoredJson.Read(stored);
        Name = stored.Key.Name;
        Zone = $"{stored.Labels.GetValueOrDefault("topology.kubernetes.io/region")}/{stored.Labels.GetValueOrDefault("topology.kubernetes.io/zone")}";
        JsonObject? ready = node.Child("status").Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == "Ready");
        IsReady = ready.Text("status") == "True";
        NotReadySince = IsReady ? null : ready.Time("lastTransitionTime") ?? DateTimeOffset.MinValue;
        IsInTrouble = !IsReady;
        foreach ((JsonObject taint, _) in node.Child("spec").Items("taints"))
        {
            IsInTrouble |= taint.Text("effect") == "NoExecute";
            if (taint.Text("effect") == "NoExecute" && taint.Text("key") is WellKnown.UnreachableTaint or WellKnown.NotReadyTaint)
            {
                EvictsSince = taint.Time("timeAdded") ?? DateTimeOffset.MinValue;
            }
        }
    }

    public string Name { get; }

    /// <summary>Region and zone; one for all nodes that have neither.</summary>
    public string Zone { get; }

    public bool IsReady { get; }

    /// <summary>Its pods need watching over: it is not ready, or a taint makes pods go.</summary>
    public bool IsInTrouble { get; }

    public DateTimeOffset? NotReadySince { get; }

    /// <summary>Since when its pods are being evicted; null where they are not.</summary>
    public DateTimeOffset? EvictsSince { get; }

    public static NodeFacts Of(StoredObject stored) => Known.GetValue(stored, static s => new NodeFacts(s));
}

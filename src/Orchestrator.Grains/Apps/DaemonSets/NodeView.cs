using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.DaemonSets;

/// <summary>What decides of a node whether daemons run there. Each version of a node is read once.</summary>
internal sealed class NodeView
{
    private static readonly ConditionalWeakTable<StoredObject, NodeView> Known = [];

    private NodeView(StoredObject stored)
    {
        Stored = stored;
        JsonObject node = StoredJson.Read(stored);
        Taints = [.. node.Child("spec").Items("taints").Select(t => new Taint(t.Item.Text("key") ?? "", t.Item.Text("value") ?? "", t.Item.Text("effect") ?? ""))];
    }

    public StoredObject Stored { get; }

    public string Name => Stored.Key.Name;

    public IReadOnlyList<Taint> Taints { get; }

    public static NodeView Of(StoredObject stored) => Known.GetValue(stored, static s => new NodeView(s));
}

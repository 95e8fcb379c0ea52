using Orchestrator.Store;

namespace Orchestrator.Grains.Nodes;

/// <summary>
/// All nodes, counted as <see cref="EvictionPace"/> looks at them. Where thousands fail together each of their grains asks about all of them: kept up
/// by what changed since the last question, an answer does not cost a look at every node. Thread-safe.
/// </summary>
internal sealed class NodeCensus
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeFacts> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ZoneCensus> _zones = new(StringComparer.Ordinal);
    private IReadOnlyList<StoredObject> _seen = [];
    private int _ready;

    /// <summary>When the node's pods may be evicted.</summary>
    /// <param name="node">A node that is not ready.</param>
    /// <param name="nodes">Reads all nodes by name.</param>
    /// <param name="now">The time.</param>
    public EvictionTurn TurnOf(StoredObject node, Func<IReadOnlyList<StoredObject>> nodes, DateTimeOffset now)
    {
        lock (_gate)
        {
            // Read within: an older list must not undo a later one.
            Follow(nodes());
            var self = NodeFacts.Of(node);
            NodeFacts? known = _nodes.GetValueOrDefault(self.Name);
            bool isAnyOtherReady = _ready > (known?.IsReady == true ? 1 : 0);
            return EvictionPace.Of(self, _zones.GetValueOrDefault(self.Zone, ZoneCensus.Empty), isAnyOtherReady, now);
        }
    }

    // Both lists are in the order of names, and what did not change is the same object in both.
    private void Follow(IReadOnlyList<StoredObject> present)
    {
        (int before, int after) = (0, 0);
        while (before < _seen.Count || after < present.Count)
        {
            StoredObject? old = before < _seen.Count ? _seen[before] : null;
            StoredObject? node = after < present.Count ? present[after] : null;
            int order = ReferenceEquals(old, node) ? 0
                : old is null ? 1
                : node is null ? -1
                : string.CompareOrdinal(old.Key.Name, node.Key.Name);
            if (order != 0 || !ReferenceEquals(old, node))
            {
                if (order <= 0)
                {
                    Remove(old!.Key.Name);
                }

                if (order >= 0)
                {
                    Add(NodeFacts.Of(node!));
                }
            }

            before += order <= 0 ? 1 : 0;
            after += order >= 0 ? 1 : 0;
        }

        _seen = present;
    }

    private void Add(NodeFacts node)
    {
        _nodes.Add(node.Name, node);
        _ready += node.IsReady ? 1 : 0;
        if (!_zones.TryGetValue(node.Zone, out ZoneCensus? zone))
        {
            _zones.Add(node.Zone, zone = new ZoneCensus());
        }

        zone.Add(node);
    }

    private void Remove(string name)
    {
        if (_nodes.Remove(name, out NodeFacts? node))
        {
            _ready -= node.IsReady ? 1 : 0;
            ZoneCensus zone = _zones[node.Zone];
            zone.Remove(node);
            if (zone.Count == 0)
            {
                _zones.Remove(node.Zone);
            }
        }
    }
}

using System.Collections.Frozen;
using System.Text;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Store.Cache;

/// <summary>The selectable fields of a kind as a tree by path segment, so that one pass over the JSON finds them all.</summary>
internal sealed class FieldTree
{
    private readonly List<FieldTree> _children = [];
    private byte[] _segment = [];

    /// <summary>Index of the field in the kind's list, or -1 where only longer paths end.</summary>
    public int FieldIndex { get; private set; } = -1;

    /// <summary>The kind's selectable fields, in its order.</summary>
    public string[] Fields { get; private init; } = [];

    public static FieldTree Of(ResourceKind kind)
    {
        var root = new FieldTree { Fields = [.. kind.SelectableFields] };
        for (var i = 0; i < root.Fields.Length; i++)
        {
            var node = root;
            foreach (var segment in root.Fields[i].Split('.'))
            {
                node = node.ChildOrNew(Encoding.UTF8.GetBytes(segment));
            }

            node.FieldIndex = i;
        }

        return root;
    }

    public static FrozenDictionary<string, FieldTree> OfAll(KindRegistry kinds) =>
        kinds.All.DistinctBy(k => k.StorageName).ToFrozenDictionary(k => k.StorageName, Of);

    public FieldTree? Child(ref System.Text.Json.Utf8JsonReader property)
    {
        foreach (var child in _children)
        {
            if (property.ValueTextEquals(child._segment))
            {
                return child;
            }
        }

        return null;
    }

    private FieldTree ChildOrNew(byte[] segment)
    {
        var child = _children.Find(c => c._segment.AsSpan().SequenceEqual(segment));
        if (child is null)
        {
            child = new FieldTree { _segment = segment };
            _children.Add(child);
        }

        return child;
    }
}

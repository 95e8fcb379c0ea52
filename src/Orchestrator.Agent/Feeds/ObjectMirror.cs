using System.Collections.Immutable;
using k8s;
using k8s.Models;

namespace Orchestrator.Agent.Feeds;

/// <summary>The objects of one kind as last heard, swapped whole with every change.</summary>
public sealed class ObjectMirror<T> : IObjectSink<T>
    where T : IKubernetesObject<V1ObjectMeta>
{
    private volatile ImmutableDictionary<string, T> _items = ImmutableDictionary<string, T>.Empty;
    private volatile bool _isSynchronized;
    private Action _changed = static () => { };

    /// <summary>Whether a list has been had: before that, nothing may be concluded from what is missing.</summary>
    public bool IsSynchronized => _isSynchronized;

    /// <summary>By <c>NAMESPACE/NAME</c>, for cluster-wide kinds <c>/NAME</c>.</summary>
    public IReadOnlyDictionary<string, T> Items => _items;

    public T? Find(string ns, string name) => _items.GetValueOrDefault($"{ns}/{name}");

    /// <summary>Has every change told. The handler must be quick.</summary>
    public void OnChanged(Action handler) => _changed += handler;

    public void Replace(IEnumerable<T> all)
    {
        _items = all.ToImmutableDictionary(Key, StringComparer.Ordinal);
        _isSynchronized = true;
        _changed();
    }

    public void Set(T item)
    {
        _items = _items.SetItem(Key(item), item);
        _changed();
    }

    public void Remove(T item)
    {
        _items = _items.Remove(Key(item));
        _changed();
    }

    private static string Key(T item) => $"{item.Metadata.NamespaceProperty}/{item.Metadata.Name}";
}

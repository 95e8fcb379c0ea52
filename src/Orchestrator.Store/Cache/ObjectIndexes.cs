using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Orchestrator.Model;

namespace Orchestrator.Store.Cache;

/// <summary>
/// The present objects under all the ways of finding them. One writer at a time; <see cref="Get"/> may be called at any time,
/// the lists only under the writer's lock.
/// </summary>
internal sealed class ObjectIndexes
{
    private readonly ConcurrentDictionary<ObjectKey, StoredObject> _objects = new();
    private readonly Dictionary<string, SortedObjects> _byResource = [];
    private readonly TermIndex<(string Resource, string Field, string Value)> _byField = new();
    private readonly TermIndex<string> _byOwner = new();

    public int Count => _objects.Count;

    public StoredObject? Get(in ObjectKey key) => _objects.GetValueOrDefault(key);

    public ArraySegment<StoredObject> List(string resource, string? ns) =>
        _byResource.TryGetValue(resource, out var objects) ? objects.List(ns) : ArraySegment<StoredObject>.Empty;

    public StoredObject[] ListByField(string resource, string field, string value) => _byField.Find((resource, field, value));

    public StoredObject[] ListByOwner(string uid) => _byOwner.Find(uid);

    /// <summary>Adds or replaces the object.</summary>
    public void Put(StoredObject obj, StoredObject? previous)
    {
        if (previous is not null)
        {
            RemoveOldTerms(previous, obj);
        }

        _objects[obj.Key] = obj;
        ref var sorted = ref CollectionsMarshal.GetValueRefOrAddDefault(_byResource, obj.Key.Resource, out _);
        (sorted ??= new SortedObjects()).Put(obj);
        foreach (var (field, value) in obj.Fields)
        {
            _byField.Put((obj.Key.Resource, field, value), obj);
        }

        foreach (var owner in obj.OwnerUids)
        {
            _byOwner.Put(owner, obj);
        }
    }

    public void Remove(StoredObject previous)
    {
        RemoveOldTerms(previous, next: null);
        _objects.TryRemove(previous.Key, out _);
        if (_byResource.TryGetValue(previous.Key.Resource, out var sorted))
        {
            sorted.Remove(previous.Key.Namespace, previous.Key.Name);
        }
    }

    private void RemoveOldTerms(StoredObject previous, StoredObject? next)
    {
        foreach (var (field, value) in previous.Fields)
        {
            if (next is null || !next.Fields.TryGetValue(field, out var now) || now != value)
            {
                _byField.Remove((previous.Key.Resource, field, value), previous.Key);
            }
        }

        foreach (var owner in previous.OwnerUids)
        {
            if (next is null || !next.OwnerUids.Contains(owner))
            {
                _byOwner.Remove(owner, previous.Key);
            }
        }
    }
}

using System.Runtime.InteropServices;
using Orchestrator.Model;

namespace Orchestrator.Store.Cache;

/// <summary>Objects by a term that several may share: a field's value, an owner's uid. Not thread-safe.</summary>
internal sealed class TermIndex<TTerm>
    where TTerm : notnull
{
    private readonly Dictionary<TTerm, Dictionary<ObjectKey, StoredObject>> _byTerm = [];

    public void Put(TTerm term, StoredObject obj)
    {
        ref var objects = ref CollectionsMarshal.GetValueRefOrAddDefault(_byTerm, term, out _);
        objects ??= [];
        objects[obj.Key] = obj;
    }

    public void Remove(TTerm term, ObjectKey key)
    {
        if (_byTerm.TryGetValue(term, out var objects) && objects.Remove(key) && objects.Count == 0)
        {
            _byTerm.Remove(term);
        }
    }

    public StoredObject[] Find(TTerm term) => _byTerm.TryGetValue(term, out var objects) ? [.. objects.Values] : [];

    public void Clear() => _byTerm.Clear();
}

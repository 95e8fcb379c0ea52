using System.Collections.Frozen;
using Npgsql;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store.Cache;

namespace Orchestrator.Store.Follow;

/// <summary>Makes stored objects of bodies: as they come from callers, and as they are read back.</summary>
internal sealed class StoredObjectFactory(KindRegistry kinds)
{
    private static readonly FieldTree NoFields = new();

    private readonly FrozenDictionary<string, FieldTree> _fields = FieldTree.OfAll(kinds);
    private readonly StringPool _strings = new();

    /// <exception cref="MalformedObjectException">The body cannot be stored.</exception>
    public ObjectSummary Scan(string resource, ReadOnlySpan<byte> body) =>
        ObjectScanner.Scan(body, _fields.GetValueOrDefault(resource, NoFields), _strings);

    public StoredObject Read(ObjectKey key, string uid, long revision, NpgsqlDataReader rows, int bodyColumn)
    {
        var body = rows.GetFieldValue<byte[]>(bodyColumn);
        return Scan(key.Resource, body).At(key, uid, revision, body);
    }

    /// <summary>The column's string, shared between rows.</summary>
    public string Intern(NpgsqlDataReader rows, int column) => _strings.Get(rows.GetString(column));
}

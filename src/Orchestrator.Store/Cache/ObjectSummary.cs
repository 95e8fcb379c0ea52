using System.Text.Json;
using Orchestrator.Model;

namespace Orchestrator.Store.Cache;

/// <summary>What the store must know of an object's JSON, read from it in one pass.</summary>
internal sealed record ObjectSummary
{
    public required string Uid { get; init; }

    public required FlatMap Labels { get; init; }

    public required FlatMap Fields { get; init; }

    public required IReadOnlyList<string> OwnerUids { get; init; }

    public required bool IsTerminating { get; init; }

    /// <summary>Offset just behind the opening brace of <c>metadata</c>: where the revision goes.</summary>
    public required int MetadataOffset { get; init; }

    public required bool MetadataIsEmpty { get; init; }

    /// <summary>The object as stored at the revision.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="uid">metadata.uid as recorded by the database.</param>
    /// <param name="revision">Revision of the commit.</param>
    /// <param name="body">The JSON that this is the summary of.</param>
    public StoredObject At(ObjectKey key, string uid, long revision, ReadOnlySpan<byte> body) => new()
    {
        Key = key,
        Uid = uid,
        Revision = revision,
        Json = RevisionSplice.InsertAt(body, MetadataOffset, MetadataIsEmpty, revision),
        Labels = Labels,
        Fields = Fields,
        OwnerUids = OwnerUids,
        IsTerminating = IsTerminating,
    };
}

/// <summary>The body of a mutation is not an object that can be stored. A bug of the caller, who validates before committing.</summary>
public sealed class MalformedObjectException(string message, JsonException? inner = null) : ArgumentException(message, inner);

using Orchestrator.Model;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Follow;

namespace Orchestrator.Store.Commit;

/// <summary>A mutation that has been checked and whose body has been read, on the caller's thread, so that the writer only has to send it.</summary>
internal sealed record PreparedMutation(
    ChangeType Type, ObjectKey Key, long ExpectedRevision, string Uid, ReadOnlyMemory<byte> Body, ObjectSummary? Summary)
{
    /// <summary>Longest storage name: a plural and a group, each of 63 and 253 characters.</summary>
    private const int MaxResourceLength = 317;

    private const int MaxNameLength = 253;

    /// <summary>Of a deletion: the state that is deleted, where the cache has it already.</summary>
    public StoredObject? Deleted { get; init; }

    /// <inheritdoc cref="Mutation.Needs"/>
    public int? Needs { get; init; }

    /// <exception cref="ArgumentException">The mutation can never be committed; names the reason.</exception>
    public static PreparedMutation From(Mutation mutation, StoredObjectFactory objects, int maxBodyBytes)
    {
        RequireText(mutation.Key.Resource, MaxResourceLength, "resource", mayBeEmpty: false);
        RequireText(mutation.Key.Namespace, MaxNameLength, "metadata.namespace", mayBeEmpty: true);
        RequireText(mutation.Key.Name, MaxNameLength, "metadata.name", mayBeEmpty: false);
        switch (mutation)
        {
            case CreateObject create:
                RequireText(create.Uid, MaxNameLength, "metadata.uid", mayBeEmpty: false);
                var created = Scan(create.Key, create.Body, objects, maxBodyBytes);
                RequireUid(created.Uid, create.Uid);
                return new(ChangeType.Created, create.Key, 0, create.Uid, create.Body, created) { Needs = create.Needs };
            case UpdateObject update:
                RequireRevision(update.ExpectedRevision);
                var updated = Scan(update.Key, update.Body, objects, maxBodyBytes);
                RequireText(updated.Uid, MaxNameLength, "metadata.uid", mayBeEmpty: false);
                return new(ChangeType.Updated, update.Key, update.ExpectedRevision, updated.Uid, update.Body, updated) { Needs = update.Needs };
            case DeleteObject delete:
                RequireRevision(delete.ExpectedRevision);
                return new(ChangeType.Deleted, delete.Key, delete.ExpectedRevision, "", default, null) { Needs = delete.Needs };
            default:
                throw new ArgumentException($"unknown mutation {mutation.GetType().Name}", nameof(mutation));
        }
    }

    private static ObjectSummary Scan(ObjectKey key, ReadOnlyMemory<byte> body, StoredObjectFactory objects, int maxBodyBytes) =>
        body.Length <= maxBodyBytes
            ? objects.Scan(key.Resource, body.Span)
            : throw new ObjectTooLargeException(key, body.Length, maxBodyBytes);

    private static void RequireUid(string inBody, string given)
    {
        if (inBody != given)
        {
            throw new ArgumentException($"metadata.uid: is '{inBody}' in the body but '{given}' beside it", nameof(given));
        }
    }

    private static void RequireRevision(long expected)
    {
        if (expected <= 0)
        {
            throw new ArgumentException($"expected revision {expected}: must be that of a stored object", nameof(expected));
        }
    }

    /// <summary>Postgres takes no NUL in text, and an index entry must fit a third of a page.</summary>
    private static void RequireText(string? value, int maxLength, string field, bool mayBeEmpty)
    {
        if (value is null || value.Length > maxLength || (value.Length == 0 && !mayBeEmpty) || value.AsSpan().ContainsAny('\0', '\uFFFD') || HasLoneSurrogate(value))
        {
            throw new ArgumentException($"{field}: must be text of at most {maxLength} characters", field);
        }
    }

    private static bool HasLoneSurrogate(string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune == System.Text.Rune.ReplacementChar)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The object is larger than the store takes: 413 Request Entity Too Large.</summary>
public sealed class ObjectTooLargeException(ObjectKey key, int bytes, int maxBytes)
    : ArgumentException($"{key} has {bytes} bytes, and at most {maxBytes} are stored")
{
    public int MaxBytes { get; } = maxBytes;
}

using Orchestrator.Model;

namespace Orchestrator.Store;

/// <summary>
/// One object at one revision, immutable. <see cref="Json"/> is what clients are served, written out without parsing:
/// the writer's bytes with <c>metadata.resourceVersion</c> inserted as the first member of <c>metadata</c>.
/// </summary>
public sealed record StoredObject
{
    public required ObjectKey Key { get; init; }

    public required string Uid { get; init; }

    /// <summary>Revision of the commit that wrote this state; <c>metadata.resourceVersion</c>.</summary>
    public required long Revision { get; init; }

    /// <summary>UTF-8 JSON, including metadata.resourceVersion.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>metadata.labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Values of the kind's selectable fields (<c>ResourceKind.SelectableFields</c>) by dotted path; absent fields are empty strings.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>uid of each of metadata.ownerReferences.</summary>
    public required IReadOnlyList<string> OwnerUids { get; init; }

    /// <summary>True where metadata.deletionTimestamp is set.</summary>
    public required bool IsTerminating { get; init; }
}

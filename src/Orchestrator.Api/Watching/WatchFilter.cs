using Orchestrator.Api.Reading;
using Orchestrator.Store;

namespace Orchestrator.Api.Watching;

/// <summary>Types of watch events.</summary>
internal enum WatchEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>What a change means to one watch: an object that comes to match its selectors is ADDED to it, one that ceases to is DELETED.</summary>
internal static class WatchFilter
{
    /// <summary>The event's type; null where the watch does not see the change.</summary>
    public static WatchEventType? Translate(Change change, Selection selection)
    {
        if (selection.IsEverything)
        {
            return change.Type switch
            {
                ChangeType.Created => WatchEventType.Added,
                ChangeType.Deleted => WatchEventType.Deleted,
                _ => WatchEventType.Modified,
            };
        }

        var matches = change.Type != ChangeType.Deleted && selection.Matches(change.Object);
        return (Matched(change, selection), matches) switch
        {
            (true, true) => WatchEventType.Modified,
            (false, true) => WatchEventType.Added,
            (true, false) => WatchEventType.Deleted,
            (false, false) => null,
        };
    }

    /// <summary>
    /// The object that the event shows. Of one that left the watch without being deleted that is the last state that the watch matched, at the
    /// revision of the change, so that the watch can be resumed from it.
    /// </summary>
    public static StoredObject Shown(Change change, WatchEventType type) =>
        type == WatchEventType.Deleted && change is { Type: ChangeType.Updated, Previous: { } previous }
            ? previous with { Revision = change.Revision, Json = RevisionSplice.Replace(previous.Json.Span, change.Revision) }
            : change.Object;

    /// <summary>Whether the watch knew the object before. Where the state before is lost, it may have: clients take a DELETED of what they do not know.</summary>
    private static bool Matched(Change change, Selection selection) => change.Type switch
    {
        ChangeType.Created => false,
        _ when change.Previous is { } previous => selection.Matches(previous),
        ChangeType.Deleted => selection.Matches(change.Object),
        _ => true,
    };
}

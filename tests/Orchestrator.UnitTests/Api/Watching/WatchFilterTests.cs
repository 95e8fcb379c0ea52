using Orchestrator.Api.Reading;
using Orchestrator.Api.Watching;
using Orchestrator.Model;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.UnitTests.Api.Watching;

public sealed class WatchFilterTests
{
    private static readonly StoredObject Matching = Object("yes");
    private static readonly StoredObject Other = Object("no");

    [Fact]
    public void An_object_that_comes_to_match_is_added_and_one_that_ceases_to_is_deleted()
    {
        var selection = Selecting("wanted=yes");

        Assert.Equal(WatchEventType.Added, Translate(ChangeType.Created, Matching, null, selection));
        Assert.Null(Translate(ChangeType.Created, Other, null, selection));
        Assert.Equal(WatchEventType.Added, Translate(ChangeType.Updated, Matching, Other, selection));
        Assert.Equal(WatchEventType.Modified, Translate(ChangeType.Updated, Matching, Matching, selection));
        Assert.Equal(WatchEventType.Deleted, Translate(ChangeType.Updated, Other, Matching, selection));
        Assert.Null(Translate(ChangeType.Updated, Other, Other, selection));
        Assert.Equal(WatchEventType.Deleted, Translate(ChangeType.Deleted, Matching, Matching, selection));
        Assert.Null(Translate(ChangeType.Deleted, Other, Other, selection));
    }

    [Fact]
    public void Where_the_state_before_is_lost_it_may_have_matched()
    {
        var selection = Selecting("wanted=yes");

        Assert.Equal(WatchEventType.Modified, Translate(ChangeType.Updated, Matching, null, selection));
        Assert.Equal(WatchEventType.Deleted, Translate(ChangeType.Updated, Other, null, selection));
    }

    [Fact]
    public void Without_selectors_every_change_is_seen_as_it_is()
    {
        var everything = Selecting("");

        Assert.Equal(WatchEventType.Added, Translate(ChangeType.Created, Other, null, everything));
        Assert.Equal(WatchEventType.Modified, Translate(ChangeType.Updated, Other, null, everything));
        Assert.Equal(WatchEventType.Deleted, Translate(ChangeType.Deleted, Other, null, everything));
    }

    private static WatchEventType? Translate(ChangeType type, StoredObject now, StoredObject? before, Selection selection) =>
        WatchFilter.Translate(new Change(now.Revision, type, now, before), selection);

    private static Selection Selecting(string labels)
    {
        Assert.True(LabelSelector.TryParse(labels, out var selector, out _));
        return new Selection("pods", "", selector, FieldSelector.Everything);
    }

    private static StoredObject Object(string wanted) => new()
    {
        Key = new ObjectKey("pods", "ns", "name"),
        Uid = "uid",
        Revision = 1,
        Json = "{}"u8.ToArray(),
        Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["wanted"] = wanted },
        Fields = new Dictionary<string, string>(StringComparer.Ordinal),
        OwnerUids = [],
        IsTerminating = false,
    };
}

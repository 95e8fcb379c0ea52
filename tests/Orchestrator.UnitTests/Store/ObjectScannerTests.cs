using System.Text;
using Orchestrator.Model.Kinds;
using Orchestrator.Store.Cache;

namespace Orchestrator.UnitTests.Store;

public sealed class ObjectScannerTests
{
    private static readonly FieldTree PodFields = FieldTree.Of(new ResourceKind
    {
        Group = "",
        Version = "v1",
        Kind = "Pod",
        Plural = "pods",
        Namespaced = true,
        SelectableFields = ["spec.nodeName", "spec.hostNetwork", "status.phase", "status.podIP", "type"],
    });

    [Fact]
    public void Finds_labels_fields_owners_and_the_mark_of_deletion_in_one_pass()
    {
        var summary = Scan("""
            {"type":"x","metadata":{"name":"a","uid":"u-1","labels":{"app":"web","tier":"caf\u00e9"},"deletionTimestamp":"2026-01-01T00:00:00Z",
             "annotations":{"uid":"not this","labels":"nor this"},
             "ownerReferences":[{"kind":"ReplicaSet","uid":"o-1"},{"uid":"o-2","controller":true}]},
             "spec":{"containers":[{"nodeName":"not this"}],"nodeName":"node-1","hostNetwork":true},"status":{"phase":"Running"}}
            """);

        Assert.Equal("u-1", summary.Uid);
        Assert.True(summary.IsTerminating);
        Assert.Equal(["o-1", "o-2"], summary.OwnerUids);
        Assert.Equal([new("app", "web"), new("tier", "café")], summary.Labels);
        Assert.Equal("node-1", summary.Fields["spec.nodeName"]);
        Assert.Equal("true", summary.Fields["spec.hostNetwork"]);
        Assert.Equal("Running", summary.Fields["status.phase"]);
        Assert.Equal("x", summary.Fields["type"]);
    }

    [Fact]
    public void Absent_fields_are_empty_and_odd_shapes_do_no_harm()
    {
        var summary = Scan("""{"metadata":{"labels":null,"ownerReferences":{},"uid":1,"deletionTimestamp":null},"spec":[1],"status":{"phase":{"a":1}}}""");

        Assert.All(summary.Fields, f => Assert.Equal("", f.Value));
        Assert.Empty(summary.Labels);
        Assert.Empty(summary.OwnerUids);
        Assert.False(summary.IsTerminating);
        Assert.Equal("", summary.Uid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("""{"metadata":[]}""")]
    [InlineData("""{"metadata":{},"metadata":{}}""")]
    [InlineData("""{"metadata":{"resourceVersion":"1"}}""")]
    [InlineData("""{"metadata":{}} x""")]
    [InlineData("""{"metadata":{}""")]
    public void Refuses_what_cannot_be_stored(string json) => Assert.Throws<MalformedObjectException>(() => Scan(json));

    [Fact]
    public void Equal_strings_become_one()
    {
        var strings = new StringPool();
        var json = Encoding.UTF8.GetBytes("""{"metadata":{"labels":{"app":"web"}}}""");

        var (one, other) = (ObjectScanner.Scan(json, PodFields, strings), ObjectScanner.Scan(json, PodFields, strings));

        Assert.Same(one.Labels.Keys.Single(), other.Labels.Keys.Single());
    }

    private static ObjectSummary Scan(string json) => ObjectScanner.Scan(Encoding.UTF8.GetBytes(json), PodFields, new StringPool());
}

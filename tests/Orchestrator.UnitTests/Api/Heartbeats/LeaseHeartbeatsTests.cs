using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Heartbeats;
using Orchestrator.Api.Ports;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.UnitTests.Api.Heartbeats;

/// <summary>What of a Lease counts as a sign of life, and what reads show of it.</summary>
public sealed class LeaseHeartbeatsTests
{
    private const string Stored = "2026-01-01T00:00:20.000000Z";
    private static readonly ObjectKey Key = new("leases.coordination.k8s.io", WellKnown.NodeLeaseNamespace, "n1");

    [Theory]
    [InlineData("2026-01-01T00:00:30.000000Z")]
    // A clock that was set back.
    [InlineData("2026-01-01T00:00:10.000000Z")]
    public async Task A_renewal_is_told_and_taken(string renewTime)
    {
        var heartbeats = new Heartbeats();
        Assert.True(await new LeaseHeartbeats(heartbeats).AbsorbAsync(Key, Lease(renewTime), Lease(Stored), CancellationToken.None));
        Assert.Equal(Time(renewTime), heartbeats.Last);
    }

    [Fact]
    public async Task A_renewal_with_another_change_is_told_and_left_to_be_committed()
    {
        var heartbeats = new Heartbeats();
        var updated = Lease("2026-01-01T00:00:30.000000Z");
        updated["spec"]!["holderIdentity"] = "other";
        Assert.False(await new LeaseHeartbeats(heartbeats).AbsorbAsync(Key, updated, Lease(Stored), CancellationToken.None));
        Assert.NotNull(heartbeats.Last);
    }

    [Theory]
    [InlineData(Stored)]
    [InlineData("2026-01-01T00:00:50.000000Z")]
    public async Task A_label_is_no_sign_of_life(string renewTimeSent)
    {
        var shown = Time("2026-01-01T00:00:50.000000Z");
        var heartbeats = new Heartbeats { Last = shown };
        var updated = Lease(renewTimeSent);
        updated["metadata"]!["labels"] = new JsonObject { ["a"] = "b" };
        Assert.False(await new LeaseHeartbeats(heartbeats).AbsorbAsync(Key, updated, Lease(Stored), CancellationToken.None));
        Assert.Equal(0, heartbeats.Told);
    }

    [Theory]
    [InlineData(WellKnown.NodeLeaseNamespace, "2026-01-01T00:00:30.123456Z", "2026-01-01T00:00:30.123456Z")]
    [InlineData(WellKnown.NodeLeaseNamespace, "2026-01-01T00:00:10.000000Z", Stored)]
    [InlineData(WellKnown.NodeLeaseNamespace, null, Stored)]
    [InlineData("default", "2026-01-01T00:00:30.000000Z", Stored)]
    public void Reads_show_the_later_of_what_is_stored_and_what_was_told(string ns, string? told, string expected)
    {
        var heartbeats = new Heartbeats { Last = told is null ? null : Time(told) };
        var stored = new StoredObject
        {
            Key = Key with { Namespace = ns },
            Uid = "u",
            Revision = 7,
            Json = Encoding.UTF8.GetBytes(Lease(Stored).ToJsonString()),
            Labels = new Dictionary<string, string>(StringComparer.Ordinal),
            Fields = new Dictionary<string, string>(StringComparer.Ordinal),
            OwnerUids = [],
            IsTerminating = false,
        };
        var shown = JsonNode.Parse(new LeaseHeartbeats(heartbeats).Show(stored).Span)!;
        Assert.True(JsonNode.DeepEquals(Lease(expected), shown), shown.ToJsonString());
    }

    private static JsonObject Lease(string renewTime) => new()
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = "7", ["name"] = "n1" },
        ["spec"] = new JsonObject { ["holderIdentity"] = "n1", ["renewTime"] = renewTime },
    };

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private sealed class Heartbeats : INodeHeartbeats
    {
        public DateTimeOffset? Last { get; set; }

        public int Told { get; private set; }

        public ValueTask RenewedAsync(string nodeName, DateTimeOffset renewTime, CancellationToken cancel)
        {
            Told++;
            Last = renewTime;
            return ValueTask.CompletedTask;
        }

        public DateTimeOffset? LastRenewal(string nodeName) => Last;
    }
}

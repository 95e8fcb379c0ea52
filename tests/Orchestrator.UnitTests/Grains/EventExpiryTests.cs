using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Events;
using Orchestrator.Store;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.Grains;

public sealed class EventExpiryTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_event_goes_an_hour_after_it_was_last_observed_or_made_whichever_is_later()
    {
        StoredObject[] events =
        [
            Event("series-old", created: 200, lastTimestamp: 70, series: 61),
            Event("series-young", created: 200, lastTimestamp: 90, series: 59),
            Event("last-old", created: 200, lastTimestamp: 61, eventTime: 62),
            Event("last-young", created: 200, lastTimestamp: 59, eventTime: 90),
            Event("event-old", created: 61, eventTime: 200),
            Event("event-young", created: 200, eventTime: 59),
            Event("created-old", created: 61),
            Event("created-young", created: 59),
            Event("told-late", created: 1, lastTimestamp: 300, eventTime: 300),
            Event("told-ahead", created: 61, eventTime: -300),
            Event("timeless"),
        ];
        Assert.Equal(
            ["series-old", "last-old", "event-old", "created-old", "told-ahead", "timeless"],
            EventExpiry.Expired(events, Now).Select(m => m.Key.Name));
    }

    private static StoredObject Event(string name, int? created = null, int? lastTimestamp = null, int? eventTime = null, int? series = null)
    {
        var json = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["uid"] = name, ["creationTimestamp"] = Ago(created) },
            ["firstTimestamp"] = Ago(created),
            ["lastTimestamp"] = Ago(lastTimestamp),
            ["eventTime"] = Ago(eventTime),
        };
        if (series is not null)
        {
            json["series"] = new JsonObject { ["count"] = 2, ["lastObservedTime"] = Ago(series) };
        }

        return StoredObjects.Of("events", json);
    }

    private static string? Ago(int? minutes) => minutes is { } given ? Now.AddMinutes(-given).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : null;
}

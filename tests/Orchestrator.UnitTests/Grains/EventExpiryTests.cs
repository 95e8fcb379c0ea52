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
    public void An_event_goes_an_hour_after_it_was_last_observed_whichever_field_says_when()
    {
        StoredObject[] events =
        [
            Event("series-old", created: 200, lastTimestamp: 1, series: 61),
            Event("series-young", created: 200, lastTimestamp: 90, series: 59),
            Event("last-old", created: 1, lastTimestamp: 61, eventTime: 2),
            Event("last-young", created: 200, lastTimestamp: 59, eventTime: 90),
            Event("event-old", created: 1, eventTime: 61),
            Event("event-young", created: 200, eventTime: 59),
            Event("created-old", created: 61),
            Event("created-young", created: 59),
            Event("timeless"),
        ];
        Assert.Equal(
            ["series-old", "last-old", "event-old", "created-old", "timeless"],
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

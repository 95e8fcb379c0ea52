using System.Text.Json;
using Orchestrator.Grains.Objects;

namespace Orchestrator.Grains.Events;

/// <summary>Writes core/v1 Events.</summary>
internal static class EventBody
{
    public static byte[] Write(ObservedEvent observed, EventSeries series)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("apiVersion", "v1");
        json.WriteString("kind", "Event");
        json.WriteStartObject("metadata");
        json.WriteString("name", series.Key.Name);
        json.WriteString("namespace", series.Key.Namespace);
        json.WriteString("uid", series.Uid);
        json.WriteString("creationTimestamp", Timestamps.Seconds(series.First));
        json.WriteEndObject();
        json.WriteStartObject("involvedObject");
        json.WriteString("apiVersion", observed.ApiVersion);
        json.WriteString("kind", observed.Kind);
        if (observed.Namespace.Length > 0)
        {
            json.WriteString("namespace", observed.Namespace);
        }

        json.WriteString("name", observed.Name);
        json.WriteString("uid", observed.Uid);
        json.WriteEndObject();
        json.WriteString("type", observed.IsWarning ? "Warning" : "Normal");
        json.WriteString("reason", observed.Reason);
        json.WriteString("message", observed.Message);
        json.WriteStartObject("source");
        json.WriteString("component", observed.Component);
        json.WriteEndObject();
        json.WriteString("firstTimestamp", Timestamps.Seconds(series.First));
        json.WriteString("lastTimestamp", Timestamps.Seconds(series.Last));
        json.WriteNumber("count", series.Count);
        json.WriteNull("eventTime");
        json.WriteString("reportingComponent", observed.Component);
        json.WriteString("reportingInstance", "");
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}

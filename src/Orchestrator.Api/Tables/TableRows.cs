using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Tables;

/// <summary>Writes <c>meta.k8s.io/v1 Table</c>s: Name, the kind's columns, Age; and of each object what <c>includeObject</c> asks for.</summary>
internal sealed class TableRows(TimeProvider clock)
{
    private const string NameDescription = "Name must be unique within a namespace.";
    private const string AgeDescription = "Time since the object was created.";

    /// <summary>A whole table.</summary>
    /// <param name="call">The request.</param>
    /// <param name="objects">The objects, one row each.</param>
    /// <param name="list">Metadata of the list; null for a table of one object, which shows the object's own revision.</param>
    /// <param name="withHeader">False in a watch after its first event: column definitions are sent once.</param>
    public byte[] Table(ApiCall call, IReadOnlyList<ReadOnlyMemory<byte>> objects, ListMetadata? list, bool withHeader = true)
    {
        var include = call.Request.QueryValue("includeObject");
        using var buffer = JsonBuffer.Rent();
        var json = buffer.Writer;
        var rows = objects.Select(JsonTree.ParseStored).ToList();
        json.WriteStartObject();
        json.WriteString("kind", "Table");
        json.WriteString("apiVersion", $"meta.k8s.io/{ResponseShape.TableVersion(call.Http.Request)}");
        json.WritePropertyName("metadata");
        (list ?? new ListMetadata(rows[0].Child("metadata").Text("resourceVersion") ?? "", null, null)).Write(json);
        WriteColumns(json, call.Kind, withHeader);
        json.WriteStartArray("rows");
        for (var i = 0; i < rows.Count; i++)
        {
            WriteRow(json, call.Kind, rows[i], objects[i], include);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return buffer.Written.ToArray();
    }

    private static void WriteColumns(Utf8JsonWriter json, ResourceKind kind, bool withHeader)
    {
        json.WriteStartArray("columnDefinitions");
        if (withHeader)
        {
            if (!Has(kind, "Name"))
            {
                WriteColumn(json, "Name", "string", "name", NameDescription, 0);
            }

            foreach (var column in kind.Columns)
            {
                WriteColumn(json, column.Name, column.Type, "", column.Description, column.Priority);
            }

            if (kind.ShowsAge && !Has(kind, "Age"))
            {
                WriteColumn(json, "Age", "string", "", AgeDescription, 0);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteColumn(Utf8JsonWriter json, string name, string type, string format, string description, int priority)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("type", type);
        json.WriteString("format", format);
        json.WriteString("description", description);
        json.WriteNumber("priority", priority);
        json.WriteEndObject();
    }

    private void WriteRow(Utf8JsonWriter json, ResourceKind kind, JsonObject obj, ReadOnlyMemory<byte> bytes, string include)
    {
        json.WriteStartObject();
        json.WriteStartArray("cells");
        if (!Has(kind, "Name"))
        {
            json.WriteStringValue(obj.Child("metadata").Text("name") ?? "");
        }

        foreach (var column in kind.Columns)
        {
            WriteCell(json, column.Value(obj, clock));
        }

        if (kind.ShowsAge && !Has(kind, "Age"))
        {
            json.WriteStringValue(Age(obj));
        }

        json.WriteEndArray();
        switch (include)
        {
            case "None":
                break;
            case "Object":
                json.WritePropertyName("object");
                json.WriteRawValue(bytes.Span, skipInputValidation: true);
                break;
            default:
                json.WritePropertyName("object");
                PartialMetadata.Write(json, obj["metadata"]);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter json, JsonNode? cell)
    {
        if (cell is null)
        {
            json.WriteNullValue();
        }
        else
        {
            cell.WriteTo(json);
        }
    }

    /// <summary>Kinds with wide columns place Age before them themselves.</summary>
    private static bool Has(ResourceKind kind, string column) => kind.Columns.Any(c => c.Name == column);

    private string Age(JsonObject obj) =>
        obj.Child("metadata").Time("creationTimestamp") is { } created ? HumanDuration.Format(clock.GetUtcNow() - created) : "<unknown>";
}

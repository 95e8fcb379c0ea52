using System.Text.Json;
using Orchestrator.Api.Schemas;

namespace Orchestrator.Api.OpenApi;

/// <summary>The API's scalar types: those that JSON has, and those that Kubernetes names and describes once (Time, Quantity).</summary>
internal static class ScalarTypes
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        [Meta + "Time"] = "A moment with a precision of seconds, as RFC 3339 text.",
        [Meta + "MicroTime"] = "A moment with a precision of microseconds, as RFC 3339 text.",
        [Meta + "FieldsV1"] = "A set of fields as a tree: f:NAME for a member, k:{KEYS} for an element of a list, v:VALUE for an element of a set, . for the field itself.",
        ["io.k8s.apimachinery.pkg.runtime.RawExtension"] = "Any object.",
        ["io.k8s.apimachinery.pkg.api.resource.Quantity"] =
            "A fixed-point number with an optional suffix: n u m k M G T P E for powers of 1000, Ki Mi Gi Ti Pi Ei for powers of 1024, or an exponent such as e3.",
        ["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = "A number or a text, such as a percentage or the name of a port.",
    };

    /// <summary>Name of the definition of a type that has one; null for what JSON has itself.</summary>
    public static string? DefinitionOf(FieldSchema schema, FieldFacts facts) => (facts.Type, schema.Form) switch
    {
        ("RawExtension", _) => "io.k8s.apimachinery.pkg.runtime.RawExtension",
        ("FieldsV1", _) => Meta + "FieldsV1",
        ("MicroTime", _) => Meta + "MicroTime",
        (_, FieldForm.Time) => Meta + "Time",
        (_, FieldForm.Quantity) => "io.k8s.apimachinery.pkg.api.resource.Quantity",
        (_, FieldForm.IntOrString) => "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        _ => null,
    };

    /// <summary>The body of a definition that <see cref="DefinitionOf"/> named.</summary>
    public static void WriteDefinition(Utf8JsonWriter json, string name, OpenApiDialect dialect)
    {
        json.WriteString("description", Texts[name]);
        var (type, format, other) = name[(name.LastIndexOf('.') + 1)..] switch
        {
            "Time" or "MicroTime" => ("string", "date-time", ""),
            "Quantity" => ("string", "", "number"),
            "IntOrString" => ("string", "int-or-string", "integer"),
            _ => ("object", "", ""),
        };
        if (format.Length > 0)
        {
            json.WriteString("format", format);
        }

        // Version 2 has no alternatives: there the text is all that is said.
        if (other.Length == 0 || !dialect.IsVersion3)
        {
            json.WriteString("type", type);
            return;
        }

        json.WriteStartArray("oneOf");
        foreach (var alternative in (ReadOnlySpan<string>)[type, other])
        {
            json.WriteStartObject();
            json.WriteString("type", alternative);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>type and format of what JSON has itself; nothing for any value.</summary>
    public static void WriteInline(Utf8JsonWriter json, FieldSchema schema)
    {
        var (type, format) = schema.Form switch
        {
            FieldForm.Integer => ("integer", schema.TypeName == nameof(Int32) ? "int32" : "int64"),
            FieldForm.Number => ("number", "double"),
            FieldForm.Boolean => ("boolean", ""),
            FieldForm.Bytes => ("string", "byte"),
            FieldForm.Any => ("", ""),
            _ => ("string", ""),
        };
        if (type.Length > 0)
        {
            json.WriteString("type", type);
        }

        if (format.Length > 0)
        {
            json.WriteString("format", format);
        }
    }
}

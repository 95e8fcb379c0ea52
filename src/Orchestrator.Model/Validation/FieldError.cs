using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Model.Validation;

/// <summary>
/// One thing wrong with one field of an object, in the terms of Kubernetes' <c>StatusCause</c>:
/// <see cref="Reason"/> is its <c>reason</c>, <see cref="Path"/> its <c>field</c>.
/// </summary>
/// <param name="Reason">FieldValueRequired, FieldValueInvalid, FieldValueNotSupported, FieldValueDuplicate, FieldValueForbidden, FieldValueTooLong, FieldValueTypeInvalid.</param>
/// <param name="Path">Path of the field, such as <c>spec.containers[0].image</c>.</param>
/// <param name="Message">The message as Kubernetes words it, without the path: <c>Required value: ...</c>.</param>
public sealed record FieldError(string Reason, string Path, string Message)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static FieldError Required(string path, string detail = "") =>
        new("FieldValueRequired", path, Join("Required value", detail));

    public static FieldError Invalid(string path, object? value, string detail) =>
        new("FieldValueInvalid", path, $"Invalid value: {Quote(value)}: {detail}");

    public static FieldError NotSupported(string path, object? value, params IEnumerable<string> supported) =>
        new("FieldValueNotSupported", path, $"Unsupported value: {Quote(value)}: supported values: {string.Join(", ", supported.Select(v => Quote(v)))}");

    public static FieldError NotFound(string path, object? value) =>
        new("FieldValueNotFound", path, $"Not found: {Quote(value)}");

    public static FieldError Duplicate(string path, object? value) =>
        new("FieldValueDuplicate", path, $"Duplicate value: {Quote(value)}");

    public static FieldError Forbidden(string path, string detail) =>
        new("FieldValueForbidden", path, Join("Forbidden", detail));

    public static FieldError TypeInvalid(string path, object? value, string detail) =>
        new("FieldValueTypeInvalid", path, $"Invalid value: {Quote(value)}: {detail}");

    public static FieldError TooLong(string path, int maxBytes) =>
        new("FieldValueTooLong", path, $"Too long: may not be more than {maxBytes} bytes");

    public override string ToString() => $"{Path}: {Message}";

    private static string Join(string head, string detail) => detail.Length == 0 ? head : $"{head}: {detail}";

    private static string Quote(object? value) => value switch
    {
        null => "null",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        JsonNode node => node.ToJsonString(Readable),
        IFormattable f => f.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => $"\"{value}\"",
    };
}

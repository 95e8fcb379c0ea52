using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Load.Scenarios;

/// <summary>Reads the fields of one object of a scenario, and takes down all that is wrong with them; what is wrong reads as its default.</summary>
/// <param name="body">The object.</param>
/// <param name="path">Where it is, for errors; empty for the scenario itself.</param>
/// <param name="errors">Where errors go.</param>
internal sealed class FieldReader(JsonObject body, string path, ICollection<FieldError> errors)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public ICollection<FieldError> Errors => errors;

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public bool Has(string name) => Take(name) is not null;

    public string Text(string name, string absent = "") => Value(name, absent, node => node.AsScalarText(), "must be a string");

    /// <summary>A string that has to be there.</summary>
    public string RequiredText(string name)
    {
        if (!Has(name))
        {
            errors.Add(FieldError.Required(PathOf(name)));
        }

        return Text(name);
    }

    public string OneOf(string name, string absent, params string[] allowed)
    {
        var text = Text(name, absent);
        if (allowed.Contains(text))
        {
            return text;
        }

        errors.Add(FieldError.NotSupported(PathOf(name), text, allowed));
        return absent;
    }

    public int Whole(string name, int absent, int least, int most) => (int)Number(name, absent, least, most, node => node.AsInteger(), "a whole number");

    public double Number(string name, double absent, double least, double most) => Number(name, absent, least, most, node => node.AsNumber(), "a number");

    public bool Flag(string name, bool absent = false) =>
        Take(name) is not { } node ? absent : node is JsonValue value && value.TryGetValue(out bool flag) ? flag : Wrong(name, node, absent, "must be true or false");

    /// <summary>A duration as Kubernetes writes them: 500ms, 90s, 5m, 1h, or parts of those after each other.</summary>
    public TimeSpan Duration(string name, TimeSpan absent)
    {
        if (Take(name) is not { } node)
        {
            return absent;
        }

        return node.AsText() is { } text && DurationText.TryParse(text, out var duration) ? duration : Wrong(name, node, absent, "must be a duration, such as 500ms, 30s or 5m");
    }

    public IReadOnlyDictionary<string, string> Map(string name)
    {
        if (Take(name) is not { } node)
        {
            return new Dictionary<string, string>();
        }

        if (node is JsonObject map && map.All(m => m.Value.AsScalarText() is not null))
        {
            return map.ToDictionary(m => m.Key, m => m.Value.AsScalarText()!, StringComparer.Ordinal);
        }

        return Wrong(name, node, new Dictionary<string, string>(), "must be names with a value each");
    }

    public IReadOnlyList<string> Texts(string name)
    {
        if (Take(name) is not { } node)
        {
            return [];
        }

        return node is JsonArray list && list.All(i => i.AsScalarText() is not null) ? [.. list.Select(i => i.AsScalarText()!)] : Wrong<IReadOnlyList<string>>(name, node, [], "must be a list of strings");
    }

    public JsonObject? Object(string name) => Take(name) switch
    {
        null => null,
        JsonObject inner => inner,
        var node => Wrong<JsonObject?>(name, node, null, "must be an object"),
    };

    /// <summary>A reader of an object within this one; null where it is not there.</summary>
    public FieldReader? Inner(string name) => Object(name) is { } inner ? new FieldReader(inner, PathOf(name), errors) : null;

    /// <summary>Reads each object of a list.</summary>
    public IReadOnlyList<T> List<T>(string name, Func<FieldReader, T> read)
    {
        if (Take(name) is not { } node)
        {
            return [];
        }

        if (node is not JsonArray list)
        {
            return Wrong<IReadOnlyList<T>>(name, node, [], "must be a list");
        }

        var items = new List<T>();
        for (var i = 0; i < list.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{i}]");
            if (list[i] is JsonObject item)
            {
                var reader = new FieldReader(item, at, errors);
                items.Add(read(reader));
                reader.Close();
            }
            else
            {
                errors.Add(FieldError.TypeInvalid(at, list[i], "must be an object"));
            }
        }

        return items;
    }

    /// <summary>To be called when all fields have been read: the others are unknown.</summary>
    public void Close()
    {
        foreach (var (name, _) in body)
        {
            if (!_known.Contains(name))
            {
                errors.Add(FieldError.Forbidden(PathOf(name), $"unknown field here; known: {string.Join(", ", _known.Order(StringComparer.Ordinal))}"));
            }
        }
    }

    private JsonNode? Take(string name)
    {
        _known.Add(name);
        return body[name];
    }

    private T Value<T>(string name, T absent, Func<JsonNode, T?> read, string complaint)
        where T : class => Take(name) is not { } node ? absent : read(node) ?? Wrong(name, node, absent, complaint);

    private double Number<T>(string name, double absent, double least, double most, Func<JsonNode, T?> read, string what)
        where T : struct, IConvertible
    {
        if (Take(name) is not { } node)
        {
            return absent;
        }

        var fault = string.Create(CultureInfo.InvariantCulture, $"must be {what} from {least} to {most}");
        return read(node) is { } found && found.ToDouble(CultureInfo.InvariantCulture) is var number && number >= least && number <= most ? number : Wrong(name, node, absent, fault);
    }

    private T Wrong<T>(string name, JsonNode node, T absent, string complaint)
    {
        errors.Add(FieldError.Invalid(PathOf(name), node, complaint));
        return absent;
    }
}

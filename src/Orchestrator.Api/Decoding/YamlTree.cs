using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Api.Decoding;

/// <summary>
/// Builds a tree of JSON nodes from one YAML document (YAML 1.2 core schema). Depth, nodes and what aliases expand to are bounded, so a small body
/// cannot grow into a large tree.
/// </summary>
internal sealed class YamlTree
{
    private const int MaxNodes = 200_000;

    private readonly IParser _parser;
    private readonly int _maxDepth;
    private readonly Dictionary<string, JsonNode?> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlTree(TextReader text, int maxDepth)
    {
        _parser = new Parser(text);
        _maxDepth = maxDepth;
    }

    /// <exception cref="JsonException">Not YAML, more than one document, or over a limit.</exception>
    public static JsonNode? Parse(TextReader text, int maxDepth)
    {
        try
        {
            return new YamlTree(text, maxDepth).Document();
        }
        catch (YamlException e)
        {
            throw new JsonException($"yaml: line {e.Start.Line}: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            // The parser does not wrap what it refuses of a tag.
            throw new JsonException($"yaml: {e.Message}", e);
        }
    }

    private JsonNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            return null;
        }

        _parser.Consume<DocumentStart>();
        var node = Node(1);
        _parser.Consume<DocumentEnd>();
        return _parser.Accept<StreamEnd>(out _) ? node : throw new JsonException("yaml: the body holds more than one document");
    }

    private JsonNode? Node(int depth)
    {
        if (depth > _maxDepth)
        {
            throw new JsonException($"yaml: nested deeper than {_maxDepth} levels");
        }

        Count();
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value.Value, out var target) ? Copy(target) : throw new JsonException($"yaml: unknown anchor '{alias.Value}'");
        }

        if (!_parser.Accept<NodeEvent>(out var start))
        {
            throw new JsonException("yaml: a value is missing");
        }

        JsonNode? node = start switch
        {
            MappingStart => Mapping(depth),
            SequenceStart => Sequence(depth),
            _ => Scalar(_parser.Consume<Scalar>()),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = node;
        }

        return node;
    }

    private JsonObject Mapping(int depth)
    {
        _parser.Consume<MappingStart>();
        var result = new JsonObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = _parser.Consume<Scalar>();
            if (key is { Value: "<<", IsQuotedImplicit: false })
            {
                throw new JsonException($"yaml: line {key.Start.Line}: merge keys (<<) are not supported");
            }

            if (!result.TryAdd(key.Value, Node(depth + 1)))
            {
                throw new JsonException($"yaml: line {key.Start.Line}: key \"{key.Value}\" already set in map");
            }
        }

        return result;
    }

    private JsonArray Sequence(int depth)
    {
        _parser.Consume<SequenceStart>();
        var result = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            result.Add(Node(depth + 1));
        }

        return result;
    }

    /// <summary>An alias stands for a copy, and every node of the copy counts.</summary>
    private JsonNode? Copy(JsonNode? node)
    {
        CountAll(node);
        return node?.DeepClone();
    }

    private void CountAll(JsonNode? node)
    {
        Count();
        switch (node)
        {
            case JsonObject members:
                foreach (var member in members)
                {
                    CountAll(member.Value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    CountAll(item);
                }

                break;
        }
    }

    private void Count()
    {
        if (++_nodes > MaxNodes)
        {
            throw new JsonException($"yaml: more than {MaxNodes} values, aliases expanded");
        }
    }

    private static JsonValue? Scalar(Scalar scalar)
    {
        var text = scalar.Value;
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any) || scalar.Tag is { IsEmpty: false, Value: "tag:yaml.org,2002:str" })
        {
            return JsonValue.Create(text);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ => Number(text) ?? JsonValue.Create(text),
        };
    }

    private static JsonValue? Number(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            return JsonValue.Create(JsonSerializer.SerializeToElement(hex));
        }

        if (text.StartsWith("0o", StringComparison.Ordinal) && TryOctal(text.AsSpan(2), out var octal))
        {
            return JsonValue.Create(JsonSerializer.SerializeToElement(octal));
        }

        const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return JsonValue.Create(JsonSerializer.SerializeToElement(integer));
        }

        return double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? JsonValue.Create(JsonSerializer.SerializeToElement(real))
            : null;
    }

    private static bool TryOctal(ReadOnlySpan<char> digits, out long value)
    {
        value = 0;
        if (digits.Length is 0 or > 20 || digits.ContainsAnyExceptInRange('0', '7'))
        {
            return false;
        }

        foreach (var digit in digits)
        {
            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }
}

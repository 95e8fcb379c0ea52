using System.Collections.Frozen;
using System.Globalization;

namespace Orchestrator.Api.Decoding.Protobuf;

/// <summary>How a field stands in JSON.</summary>
internal enum FieldShape
{
    Single,
    List,
    Map,

    /// <summary>The fields of the message stand in its place.</summary>
    Inline,
}

/// <param name="Name">JSON name; empty where inline.</param>
/// <param name="Type">A scalar of <c>messages.txt</c>, or the name of a message.</param>
/// <param name="Shape">How it stands in JSON.</param>
/// <param name="KeepsZero">True where a zero value says something: others are always sent, and left out of JSON.</param>
internal sealed record MessageField(string Name, string Type, FieldShape Shape, bool KeepsZero);

/// <summary>The messages of Kubernetes' protobuf encoding, from the embedded <c>messages.txt</c>.</summary>
internal static class MessageSchemas
{
    private static readonly Lazy<FrozenDictionary<string, FrozenDictionary<int, MessageField>>> Messages = new(Load);

    /// <summary>Fields of a message by number; null where it is not known.</summary>
    public static FrozenDictionary<int, MessageField>? Find(string message) => Messages.Value.GetValueOrDefault(message);

    /// <summary>Name of the message of a kind: <c>core.Pod</c>, <c>coordination.Lease</c>.</summary>
    public static string NameOf(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "core" : apiVersion[..slash].Split('.')[0];
        return kind == "DeleteOptions" ? "meta.DeleteOptions" : $"{group}.{kind}";
    }

    private static FrozenDictionary<string, FrozenDictionary<int, MessageField>> Load()
    {
        using var resource = typeof(MessageSchemas).Assembly.GetManifestResourceStream("Orchestrator.Api.Decoding.Protobuf.messages.txt")
            ?? throw new InvalidOperationException("messages.txt is not embedded");
        using var text = new StreamReader(resource);
        var messages = new Dictionary<string, FrozenDictionary<int, MessageField>>(StringComparer.Ordinal);
        while (text.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                messages[line[..colon]] = line[(colon + 1)..].Split(';').Select(Field).ToFrozenDictionary(f => f.Number, f => f.Field);
            }
        }

        return messages.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static (int Number, MessageField Field) Field(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (name, type) = (parts[1], parts[2]);
        var shape = name == "..." ? FieldShape.Inline
            : type.StartsWith("[]", StringComparison.Ordinal) ? FieldShape.List
            : type.StartsWith("{}", StringComparison.Ordinal) ? FieldShape.Map
            : FieldShape.Single;
        return (
            int.Parse(parts[0], CultureInfo.InvariantCulture),
            new MessageField(shape == FieldShape.Inline ? "" : name.TrimEnd('!'), type.TrimStart('[', ']', '{', '}'), shape, name.EndsWith('!')));
    }
}

using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Orchestrator.Api.Schemas;

namespace Orchestrator.Api.OpenApi;

/// <summary>What <c>type-facts.txt</c> says of one type.</summary>
/// <param name="Name">Name in OpenAPI: <c>io.k8s.api.core.v1.Pod</c>.</param>
/// <param name="Fields">By JSON name; fields of which nothing is said are missing.</param>
internal sealed partial record TypeFacts(string Name, FrozenDictionary<string, FieldFacts> Fields)
{
    private const string OwnPrefix = "dev.orchestrator";

    private static readonly FrozenDictionary<string, TypeFacts> Known = Load();

    private static readonly FrozenDictionary<string, FieldFacts> NoFields = FrozenDictionary<string, FieldFacts>.Empty;

    /// <summary>Facts of an object type. Types of our own and of custom kinds have a name and no further facts.</summary>
    public static TypeFacts Of(FieldSchema type) => Of(type.TypeName);

    public static TypeFacts Of(string clrName)
    {
        if (Known.TryGetValue(clrName, out var facts))
        {
            return facts;
        }

        return OwnType().Match(clrName) is { Success: true } own
            ? new TypeFacts($"{OwnPrefix}.{own.Groups["version"].Value.ToLowerInvariant()}.{own.Groups["kind"].Value}", NoFields)
            : new TypeFacts(clrName, NoFields);
    }

    [GeneratedRegex("^(?<version>V[0-9]+(?:(?:alpha|beta)[0-9]+)?)(?<kind>[A-Z]\\w*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnType();

    private static FrozenDictionary<string, TypeFacts> Load()
    {
        using var resource = typeof(TypeFacts).Assembly.GetManifestResourceStream("Orchestrator.Api.OpenApi.type-facts.txt")
            ?? throw new InvalidOperationException("type-facts.txt is not embedded");
        using var lines = new StreamReader(resource);
        var types = new Dictionary<string, TypeFacts>(StringComparer.Ordinal);
        while (lines.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var words = line.Split(' ');
                types[words[0]] = new TypeFacts(words[1], words.Skip(2).Select(FieldFacts.Parse).ToFrozenDictionary(f => f.Name, StringComparer.Ordinal));
            }
        }

        return types.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <param name="Name">JSON name.</param>
/// <param name="IsRequired">True where it is never left out.</param>
/// <param name="Type">The type's short name where the CLR type does not tell: <c>MicroTime</c>, <c>RawExtension</c>, <c>FieldsV1</c>; empty elsewhere.</param>
/// <param name="Default">JSON; empty for none.</param>
internal sealed record FieldFacts(string Name, bool IsRequired, string Type, string Default)
{
    public static readonly FieldFacts None = new("", false, "", "");

    /// <summary>Reads <c>NAME[!][~TYPE][=DEFAULT]</c>.</summary>
    public static FieldFacts Parse(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var value = equals < 0 ? "" : word[(equals + 1)..];
        var left = equals < 0 ? word : word[..equals];
        var tilde = left.IndexOf('~', StringComparison.Ordinal);
        var type = tilde < 0 ? "" : left[(tilde + 1)..];
        left = tilde < 0 ? left : left[..tilde];
        return new FieldFacts(left.TrimEnd('!'), left.EndsWith('!'), type, value);
    }
}

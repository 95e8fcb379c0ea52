using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Api.Schemas;

/// <summary>
/// How fields of the built-in types merge, in strategic merge patches and in server-side apply: the facts of Kubernetes' API types (k8s.io/api), which
/// the client's types do not carry, from <c>merge-facts.txt</c>. Lists that are not named there are replaced whole.
/// </summary>
internal static class MergeKeys
{
    /// <summary>Key of a set of scalars.</summary>
    public const string Set = "";

    /// <summary>The field that stands for its type.</summary>
    private const string Itself = ".";

    private static readonly FrozenDictionary<(string Type, string Field), string[]> Facts = Load();

    /// <summary>Every type and field that is named; the field is "." for facts of the type itself.</summary>
    internal static IEnumerable<(string Type, string Field)> All => Facts.Keys;

    /// <summary>True where values of the type are one value, not one per member.</summary>
    public static bool IsAtomic(string typeName) => Facts.ContainsKey((typeName, Itself));

    /// <summary>The field with what is known of it.</summary>
    public static FieldProperty Complete(string typeName, FieldProperty field)
    {
        if (!Facts.TryGetValue((typeName, field.Name), out var facts))
        {
            return field;
        }

        foreach (var fact in facts)
        {
            var colon = fact.IndexOf(':', StringComparison.Ordinal);
            var argument = colon < 0 ? "" : fact[(colon + 1)..];
            field = (colon < 0 ? fact : fact[..colon]) switch
            {
                "atomic" => field with { ListType = ListType.Atomic },
                "set" => field with { ListType = ListType.Set },
                "map" => field with { ListType = ListType.Map, ListMapKeys = argument.Split(',') },
                "object-atomic" => field with { IsAtomicMap = true },
                "object-granular" => field with { IsAtomicMap = false },
                "merge" => field with { MergeKey = argument },
                "retainKeys" => field with { RetainsKeys = true },
                "replace" => field with { ReplacedByPatches = true },
                "default" => field with { Default = JsonValue.Create(argument) },
                _ => throw new InvalidOperationException($"merge-facts.txt: {fact} is no fact"),
            };
        }

        return field;
    }

    private static FrozenDictionary<(string Type, string Field), string[]> Load()
    {
        using var resource = typeof(MergeKeys).Assembly.GetManifestResourceStream("Orchestrator.Api.Schemas.merge-facts.txt")
            ?? throw new InvalidOperationException("merge-facts.txt is not embedded");
        using var text = new StreamReader(resource);
        var facts = new Dictionary<(string, string), string[]>();
        while (text.ReadLine() is { } line)
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 || line[0] == '#')
            {
                continue;
            }

            foreach (var field in line[(colon + 2)..].Split("; "))
            {
                var words = field.Split(' ');
                facts[(line[..colon], words[0])] = words[1..];
            }
        }

        return facts.ToFrozenDictionary();
    }
}

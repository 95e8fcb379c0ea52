using System.Text;

namespace Orchestrator.Agent.Network.Rules;

/// <summary>
/// An nftables table as it is to be: sets, maps and chains by name. Names of what may differ are made of its content, so that equal parts are one and what has
/// not changed keeps its name. Rendered as one transaction that makes any earlier state into this one.
/// </summary>
/// <param name="Family">ip or bridge.</param>
/// <param name="Name">The table's name.</param>
internal sealed record RuleTable(string Family, string Name)
{
    private readonly SortedDictionary<string, RuleSet> _sets = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, RuleChain> _chains = new(StringComparer.Ordinal);

    /// <summary>Names of all sets and maps.</summary>
    public IEnumerable<string> Sets => _sets.Keys;

    /// <summary>Names of all chains.</summary>
    public IEnumerable<string> Chains => _chains.Keys;

    /// <param name="name">Its name.</param>
    /// <param name="declaration">What stands between its braces, without elements.</param>
    /// <param name="elements">Its elements.</param>
    public void AddSet(string name, string declaration, IEnumerable<string> elements) => _sets[name] = new RuleSet("set", declaration, [.. elements.Order(StringComparer.Ordinal)], IsKept: false);

    /// <inheritdoc cref="AddSet"/>
    public void AddMap(string name, string declaration, IEnumerable<string> elements) => _sets[name] = new RuleSet("map", declaration, [.. elements.Order(StringComparer.Ordinal)], IsKept: false);

    /// <summary>A set that the rules themselves fill: its elements outlive changes of the table.</summary>
    public void AddFilledSet(string name, string declaration) => _sets[name] = new RuleSet("set", declaration, [], IsKept: true);

    /// <param name="name">Its name.</param>
    /// <param name="hook">Where packets come in: <c>type filter hook forward priority filter</c>; null for a chain that others lead to.</param>
    /// <param name="rules">Its rules, in order.</param>
    public void AddChain(string name, string? hook, IEnumerable<string> rules) => _chains[name] = new RuleChain(hook, [.. rules]);

    /// <summary>The transaction, for <c>nft -f -</c>.</summary>
    /// <param name="presentSets">Names of the sets and maps that the table has now.</param>
    /// <param name="presentChains">Names of the chains that it has now.</param>
    public string Render(IEnumerable<string> presentSets, IEnumerable<string> presentChains)
    {
        var text = new StringBuilder();
        var table = $"{Family} {Name}";
        // Rules hold sets and chains; verdict maps hold chains: emptied in this order, anything that is stale can be deleted.
        text.Append($"add table {table}\nflush table {table}\n");
        foreach (var (name, set) in _sets)
        {
            text.Append($"add {set.Kind} {table} {name} {{ {set.Declaration} }}\n");
            text.Append(set.IsKept ? "" : $"flush {set.Kind} {table} {name}\n");
        }

        var staleSets = presentSets.Where(name => !_sets.ContainsKey(name)).Order(StringComparer.Ordinal);
        foreach (var name in staleSets)
        {
            text.Append($"delete set {table} {name}\n");
        }

        foreach (var name in presentChains.Where(name => !_chains.ContainsKey(name)).Order(StringComparer.Ordinal))
        {
            text.Append($"delete chain {table} {name}\n");
        }

        foreach (var (name, chain) in _chains)
        {
            text.Append($"add chain {table} {name}{(chain.Hook is null ? "" : $" {{ {chain.Hook}; }}")}\n");
        }

        foreach (var (name, set) in _sets.Where(s => s.Value.Elements.Count > 0))
        {
            text.Append($"add element {table} {name} {{ {string.Join(", ", set.Elements)} }}\n");
        }

        foreach (var (name, chain) in _chains)
        {
            foreach (var rule in chain.Rules)
            {
                text.Append($"add rule {table} {name} {rule}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>A name made of content: the same content has the same.</summary>
    public static string NameOf(string prefix, string content) => $"{prefix}-{PodNetworkOptions.Hash(content, 12)}";

    private sealed record RuleSet(string Kind, string Declaration, IReadOnlyList<string> Elements, bool IsKept);

    private sealed record RuleChain(string? Hook, IReadOnlyList<string> Rules);
}

namespace Orchestrator.Cli.Client;

/// <summary>A kind as the server's discovery describes it.</summary>
/// <param name="GroupVersion"><c>v1</c> or <c>group/version</c>.</param>
internal sealed record ApiResource(string GroupVersion, string Kind, string Plural, string Singular, bool Namespaced, IReadOnlyList<string> ShortNames)
{
    public string Group => GroupVersion.Contains('/', StringComparison.Ordinal) ? GroupVersion[..GroupVersion.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary><c>pod</c>, or <c>hypervisor.orchestrator.dev</c>: how kubectl names an object's kind in its output.</summary>
    public string DisplayName => Group.Length == 0 ? Singular : $"{Singular}.{Group}";

    /// <summary>Path of the collection; of one namespace where <paramref name="ns"/> is given and the kind is namespaced.</summary>
    public string CollectionPath(string? ns)
    {
        var root = Group.Length == 0 ? $"/api/{GroupVersion}" : $"/apis/{GroupVersion}";
        return Namespaced && ns is not null ? $"{root}/namespaces/{Uri.EscapeDataString(ns)}/{Plural}" : $"{root}/{Plural}";
    }

    public string ObjectPath(string? ns, string name) => $"{CollectionPath(ns)}/{Uri.EscapeDataString(name)}";

    /// <summary>Whether a user who types <paramref name="word"/> means this kind: plural, singular, kind or short name, with or without <c>.group</c>.</summary>
    public bool IsNamed(string word)
    {
        var dot = word.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0 && !string.Equals(word[(dot + 1)..], Group, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var name = dot >= 0 ? word[..dot] : word;
        return ShortNames.Append(Plural).Append(Singular).Append(Kind).Any(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
    }
}

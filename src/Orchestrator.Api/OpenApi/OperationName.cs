using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>Names of a kind's operations, as Kubernetes makes them: <c>listCoreV1NamespacedPod</c>. Generated clients name their methods by them.</summary>
internal readonly struct OperationName(ResourceKind kind)
{
    private readonly string _groupVersion = Capital(GroupOf(kind)) + Capital(kind.Version);
    private readonly string _kind = (kind.Namespaced ? "Namespaced" : "") + kind.Kind;

    /// <param name="verb">read, list, create, replace, patch or delete.</param>
    /// <param name="subresource">Empty for the object itself.</param>
    /// <param name="collection">True for the deletion of many.</param>
    public string Of(string verb, string subresource = "", bool collection = false) =>
        verb + _groupVersion + (collection ? "Collection" : "") + _kind + string.Concat(subresource.Split('/').Select(Capital));

    public string ForAllNamespaces() => $"list{_groupVersion}{_kind["Namespaced".Length..]}ForAllNamespaces";

    /// <summary>The tag of a kind's group and version: <c>core_v1</c>.</summary>
    public static string TagOf(ResourceKind kind)
    {
        var group = GroupOf(kind);
        return $"{char.ToLowerInvariant(group[0])}{group[1..]}_{kind.Version}";
    }

    private static string GroupOf(ResourceKind kind)
    {
        const string Suffix = ".k8s.io";
        var group = kind.Group.EndsWith(Suffix, StringComparison.Ordinal) ? kind.Group[..^Suffix.Length] : kind.Group;
        return group.Length == 0 ? "core" : string.Concat(group.Split('.', '-').Select(Capital));
    }

    private static string Capital(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];
}

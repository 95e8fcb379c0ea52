namespace Orchestrator.Api.Ownership;

/// <summary>
/// A set of field paths as a tree, immutable. Path elements are texts as <see cref="PathElement"/> makes them, so that equal elements are equal texts.
/// </summary>
internal sealed class FieldSet
{
    private static readonly Dictionary<string, FieldSet> NoChildren = [];

    /// <summary>The set with no path.</summary>
    public static readonly FieldSet Empty = new(isMember: false, NoChildren);

    /// <summary>The set whose one path is the place where it stands.</summary>
    public static readonly FieldSet Leaf = new(isMember: true, NoChildren);

    private FieldSet(bool isMember, Dictionary<string, FieldSet> children)
    {
        IsMember = isMember;
        Children = children;
    }

    /// <summary>True where the path up to here is in the set.</summary>
    public bool IsMember { get; }

    /// <summary>The sets below, by path element; none of them is empty. Never altered, and of this type so that going through it allocates nothing.</summary>
    public Dictionary<string, FieldSet> Children { get; }

    public bool IsEmpty => !IsMember && Children.Count == 0;

    /// <param name="isMember">Whether the place itself is in the set.</param>
    /// <param name="children">What lies below; taken over, and empty ones are taken out.</param>
    public static FieldSet Of(bool isMember, Dictionary<string, FieldSet>? children)
    {
        foreach (var (element, child) in children ?? NoChildren)
        {
            if (child.IsEmpty)
            {
                children!.Remove(element);
            }
        }

        return children is null or { Count: 0 } ? (isMember ? Leaf : Empty) : new FieldSet(isMember, children);
    }

    /// <summary>The set of one path.</summary>
    public static FieldSet Path(params ReadOnlySpan<string> elements) =>
        elements.IsEmpty ? Leaf : new FieldSet(isMember: false, new(StringComparer.Ordinal) { [elements[0]] = Path(elements[1..]) });

    /// <summary>The set below a path element; empty where there is none.</summary>
    public FieldSet Below(string element) => Children.TryGetValue(element, out var child) ? child : Empty;

    public FieldSet Union(FieldSet other)
    {
        if (other.IsEmpty || ReferenceEquals(this, other))
        {
            return this;
        }

        if (IsEmpty)
        {
            return other;
        }

        var children = new Dictionary<string, FieldSet>(Children, StringComparer.Ordinal);
        foreach (var (element, child) in other.Children)
        {
            children[element] = children.TryGetValue(element, out var own) ? own.Union(child) : child;
        }

        return Of(IsMember || other.IsMember, children);
    }

    /// <summary>The paths that are in this set and not in the other; this very set where none of them is in both.</summary>
    public FieldSet Except(FieldSet other)
    {
        if (other.IsEmpty || IsEmpty)
        {
            return this;
        }

        var isMember = IsMember && !other.IsMember;
        Dictionary<string, FieldSet>? left = null;
        foreach (var (element, without) in other.Children)
        {
            if (Children.TryGetValue(element, out var child) && child.Except(without) is var rest && !ReferenceEquals(rest, child))
            {
                (left ??= new(Children, StringComparer.Ordinal))[element] = rest;
            }
        }

        return left is not null ? Of(isMember, left)
            : isMember == IsMember ? this
            : Children.Count == 0 ? Empty
            : new FieldSet(isMember, Children);
    }

    /// <summary>The paths that are in both sets.</summary>
    public FieldSet Intersect(FieldSet other)
    {
        var children = new Dictionary<string, FieldSet>(StringComparer.Ordinal);
        foreach (var (element, child) in Children)
        {
            children[element] = child.Intersect(other.Below(element));
        }

        return Of(IsMember && other.IsMember, children);
    }

    public bool SetEquals(FieldSet other) =>
        IsMember == other.IsMember && Children.Count == other.Children.Count && Children.All(c => c.Value.SetEquals(other.Below(c.Key)));

    /// <summary>Every path, as its elements, in the order in which Kubernetes writes them.</summary>
    public IEnumerable<IReadOnlyList<string>> Paths() => Paths([]);

    private IEnumerable<IReadOnlyList<string>> Paths(List<string> prefix)
    {
        if (IsMember)
        {
            yield return [.. prefix];
        }

        foreach (var (element, child) in Children.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            foreach (var path in child.Paths([.. prefix, element]))
            {
                yield return path;
            }
        }
    }
}

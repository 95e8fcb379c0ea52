using System.Text.Json.Nodes;
using Orchestrator.Api.Patching;

namespace Orchestrator.Api.Ownership;

/// <summary>A field that an applier declares and another manager owns with another value.</summary>
internal sealed record FieldConflict(FieldOwner Manager, string Path);

/// <summary>What an apply makes of an object.</summary>
/// <param name="Object">The merged object, without its managed fields.</param>
/// <param name="Conflicts">Fields that others own; nothing may be stored while there are any.</param>
internal sealed record AppliedObject(JsonObject Object, IReadOnlyList<FieldConflict> Conflicts);

/// <summary>
/// Who owns which fields after a write: the rules of Kubernetes' structured merge. Pure, except that the owners given are brought up to date. All versions
/// of a kind have one schema here, since conversion between them changes nothing but the version's name.
/// </summary>
internal static class OwnershipRules
{
    /// <summary>Fields that are the server's or identify the object: nobody owns them.</summary>
    private static readonly FieldSet Unowned = new[] { "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion" }
        .Aggregate(
            FieldSet.Path("f:apiVersion").Union(FieldSet.Path("f:kind")).Union(FieldSet.Path("f:metadata")),
            (set, name) => set.Union(FieldSet.Path("f:metadata", PathElement.Field(name))));

    /// <summary>A write that is no apply: the writer owns what it changed, in place of whoever did, and nobody owns what is gone.</summary>
    /// <param name="earlier">The stored object, null for a new one.</param>
    /// <param name="later">The object as written.</param>
    /// <param name="shape">Shape of both.</param>
    /// <param name="owners">The owners before; afterwards those after.</param>
    /// <param name="writer">Who writes.</param>
    /// <param name="apiVersion">The version written in.</param>
    /// <param name="now">RFC 3339.</param>
    public static void Update(
        JsonObject? earlier, JsonObject later, FieldShape shape, ManagedFields owners, FieldOwner writer, string apiVersion, string now)
    {
        var difference = FieldComparison.Of(earlier, later, shape);
        var changed = difference.Changed;
        TakeFromOthers(owners, changed, difference.Removed, null);
        var taken = changed.Except(Unowned);
        if (!taken.IsEmpty)
        {
            var before = owners.Entries.GetValueOrDefault(writer)?.Fields ?? FieldSet.Empty;
            owners.Entries[writer] = new ManagedEntry(before.Union(taken), apiVersion, now);
            owners.JoinOldUpdaters();
        }
    }

    /// <summary>
    /// An apply: what the configuration declares is merged in, what this applier declared before and no longer does goes unless another owns it too.
    /// </summary>
    /// <exception cref="PatchException">An element of a list lacks its keys, or is there twice.</exception>
    public static AppliedObject Apply(
        JsonObject live, JsonObject applied, FieldShape shape, ManagedFields owners, FieldOwner applier, string apiVersion, string now, bool force)
    {
        var declared = FieldSets.Declared(applied, shape);
        var merged = StructuredMerge.Merge(live, applied, shape);
        var before = owners.Entries.GetValueOrDefault(applier);
        owners.Entries[applier] = new ManagedEntry(declared, apiVersion, before?.Time);
        if (before is { Fields.IsEmpty: false })
        {
            merged = Prune(merged, shape, owners, before.Fields);
        }

        var difference = FieldComparison.Of(live, merged, shape);
        var conflicts = force ? [] : Conflicts(owners, applier, difference.Changed).ToList();
        if (conflicts.Count > 0)
        {
            return new AppliedObject(merged, conflicts);
        }

        TakeFromOthers(owners, difference.Changed, difference.Removed, applier);
        var owned = declared.Except(Unowned);
        if (owned.IsEmpty)
        {
            owners.Entries.Remove(applier);
        }
        else
        {
            // The time says when something changed, so that applying the same again is no write.
            var isSame = before is not null && before.ApiVersion == apiVersion && before.Fields.SetEquals(owned) && JsonNode.DeepEquals(live, merged);
            owners.Entries[applier] = new ManagedEntry(owned, apiVersion, isSame ? before!.Time : now);
        }

        return new AppliedObject(merged, []);
    }

    private static IEnumerable<FieldConflict> Conflicts(ManagedFields owners, FieldOwner applier, FieldSet changed) =>
        from owner in owners.Entries
        where owner.Key != applier
        orderby owner.Key.Name, owner.Key.Operation, owner.Key.Subresource
        from path in owner.Value.Fields.Intersect(changed).Paths()
        select new FieldConflict(owner.Key, PathElement.Describe(path));

    /// <param name="owners">The owners.</param>
    /// <param name="changed">What others lose because it has another value now.</param>
    /// <param name="removed">What all others lose because it is gone.</param>
    /// <param name="applier">Who keeps everything: an applier owns what it declares, also what it declares to be nothing.</param>
    private static void TakeFromOthers(ManagedFields owners, FieldSet changed, FieldSet removed, FieldOwner? applier)
    {
        foreach (var (manager, entry) in owners.Entries.ToList())
        {
            if (manager == applier)
            {
                continue;
            }

            var left = entry.Fields.Except(changed).Except(removed);
            if (left.IsEmpty)
            {
                owners.Entries.Remove(manager);
            }
            else if (!ReferenceEquals(left, entry.Fields))
            {
                owners.Entries[manager] = entry with { Fields = left };
            }
        }
    }

    /// <summary>
    /// Takes out what was declared last time, puts back what anybody owns now, and of what then is missing leaves out only what had been declared. An
    /// element that nobody else declares goes with all that is in it.
    /// </summary>
    private static JsonObject Prune(JsonObject merged, FieldShape shape, ManagedFields owners, FieldSet last)
    {
        var lastNamed = WithNamed(last, shape);
        var present = WithNamed(FieldSets.Present(merged, shape), shape);
        var owned = owners.Entries.Values.Aggregate(FieldSet.Empty, (all, entry) => all.Union(entry.Fields));
        var pruned = StructuredMerge.Remove(merged, lastNamed, shape);
        pruned = StructuredMerge.Remove(
            merged, present.Except(WithNamed(FieldSets.Present(pruned, shape), shape).Union(WithNamed(owned, shape))), shape);
        var left = WithNamed(FieldSets.Present(pruned, shape), shape);
        return StructuredMerge.Remove(merged, present.Except(left).Intersect(lastNamed), shape);
    }

    /// <summary>The set with every named field that something lies below: <c>spec</c> is in the set of <c>spec.replicas</c>, but no map and no element.</summary>
    private static FieldSet WithNamed(FieldSet set, FieldShape shape)
    {
        if (set.Children.Count == 0)
        {
            return set;
        }

        var children = new Dictionary<string, FieldSet>(set.Children.Count, StringComparer.Ordinal);
        foreach (var (element, child) in set.Children)
        {
            var isField = element[0] == 'f';
            var inner = WithNamed(child, isField ? shape.Member(element[2..]) : shape.Element);
            children[element] = isField && shape.IsNamed(element[2..]) ? inner.Union(FieldSet.Leaf) : inner;
        }

        return FieldSet.Of(set.IsMember, children);
    }
}

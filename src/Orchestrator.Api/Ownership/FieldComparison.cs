using System.Text.Json.Nodes;

namespace Orchestrator.Api.Ownership;

/// <summary>Which fields differ between two states of an object.</summary>
/// <param name="Added">Only in the later one.</param>
/// <param name="Modified">In both, with different values.</param>
/// <param name="Removed">Only in the earlier one.</param>
internal sealed record FieldComparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    private static readonly FieldComparison None = new(FieldSet.Empty, FieldSet.Empty, FieldSet.Empty);
    private static readonly FieldComparison LeafAdded = None with { Added = FieldSet.Leaf };
    private static readonly FieldComparison LeafModified = None with { Modified = FieldSet.Leaf };
    private static readonly FieldComparison LeafRemoved = None with { Removed = FieldSet.Leaf };

    /// <summary>The fields that the later state set: added and modified ones.</summary>
    public FieldSet Changed => Added.Union(Modified);

    /// <param name="earlier">Null for an object that is not there yet.</param>
    /// <param name="later">The later state.</param>
    /// <param name="shape">Shape of both.</param>
    public static FieldComparison Of(JsonObject? earlier, JsonObject later, FieldShape shape)
    {
        var whole = Compare(earlier ?? [], true, later, true, shape);
        return ReferenceEquals(whole, LeafModified) ? None : whole;
    }

    private static FieldComparison Compare(JsonNode? left, bool hasLeft, JsonNode? right, bool hasRight, FieldShape shape)
    {
        switch (shape.Of(left, right))
        {
            case Structure.Members:
                var sides = new Sides((right as JsonObject)?.Count ?? 0);
                CompareMembers(left as JsonObject, right as JsonObject, shape, sides);
                return sides.Close(hasLeft, hasRight);
            case Structure.Elements:
                sides = new Sides((right as JsonArray)?.Count ?? 0);
                CompareElements(left as JsonArray, right as JsonArray, shape, sides);
                return sides.Close(hasLeft, hasRight);
            case var _ when !hasLeft:
                return LeafAdded;
            case var _ when !hasRight:
                return LeafRemoved;
            default:
                return JsonNode.DeepEquals(left, right) ? None : LeafModified;
        }
    }

    private static void CompareMembers(JsonObject? left, JsonObject? right, FieldShape shape, Sides sides)
    {
        foreach (var (name, value) in right ?? [])
        {
            JsonNode? before = null;
            var hasBefore = left?.TryGetPropertyValue(name, out before) == true;
            sides.Add(PathElement.Field(name), Compare(before, hasBefore, value, true, shape.Member(name)));
        }

        foreach (var (name, value) in left ?? [])
        {
            if (right?.ContainsKey(name) != true)
            {
                sides.Add(PathElement.Field(name), Compare(value, true, null, false, shape.Member(name)));
            }
        }
    }

    private static void CompareElements(JsonArray? left, JsonArray? right, FieldShape shape, Sides sides)
    {
        var before = KeyedItems.Of(left, shape.Property!);
        var after = KeyedItems.Of(right, shape.Property!);
        foreach (var element in before.Elements.Union(after.Elements, StringComparer.Ordinal))
        {
            var (leftItems, rightItems) = (before.All(element), after.All(element));
            sides.Add(element, (leftItems.Count, rightItems.Count) switch
            {
                ( <= 1, <= 1) => Compare(before.Single(element), leftItems.Count == 1, after.Single(element), rightItems.Count == 1, shape.Element),
                ( >= 2, >= 2) => Same(leftItems, rightItems) ? None : LeafModified,
                // What is there more than once is owned together: single elements come and go whole beside it.
                ( >= 2, _) => LeafRemoved with { Added = rightItems.Count == 0 ? FieldSet.Empty : Compare(null, false, rightItems[0], true, shape.Element).Added },
                _ => LeafAdded with { Removed = leftItems.Count == 0 ? FieldSet.Empty : Compare(leftItems[0], true, null, false, shape.Element).Removed },
            });
        }
    }

    private static bool Same(IReadOnlyList<JsonNode?> left, IReadOnlyList<JsonNode?> right) =>
        left.Count == right.Count && left.Zip(right).All(p => JsonNode.DeepEquals(p.First, p.Second));

    /// <summary>Collects what lies below one place.</summary>
    /// <param name="count">About how many places there are.</param>
    private sealed class Sides(int count)
    {
        private Dictionary<string, FieldSet>? _added;
        private Dictionary<string, FieldSet>? _modified;
        private Dictionary<string, FieldSet>? _removed;

        public void Add(string element, FieldComparison below)
        {
            Add(ref _added, element, below.Added);
            Add(ref _modified, element, below.Modified);
            Add(ref _removed, element, below.Removed);
        }

        public FieldComparison Close(bool hasLeft, bool hasRight) => _added is null && _modified is null && _removed is null && hasLeft && hasRight
            ? None
            : new FieldComparison(FieldSet.Of(!hasLeft, _added), FieldSet.Of(false, _modified), FieldSet.Of(!hasRight, _removed));

        private void Add(ref Dictionary<string, FieldSet>? sets, string element, FieldSet set)
        {
            if (!set.IsEmpty)
            {
                (sets ??= new(count, StringComparer.Ordinal))[element] = set;
            }
        }
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Api.Schemas;

namespace Orchestrator.Api.Ownership;

/// <summary>The items of a list by their path elements. Items that have none are left out; nobody owns them.</summary>
internal sealed class KeyedItems
{
    private readonly Dictionary<string, List<JsonNode?>> _items = new(StringComparer.Ordinal);

    /// <summary>The path elements in the order of the list, each as often as it is there, with their items.</summary>
    public List<(string Element, JsonNode? Item)> InOrder { get; } = [];

    /// <summary>The path elements, each once.</summary>
    public IEnumerable<string> Elements => _items.Keys;

    public static KeyedItems Of(JsonArray? list, FieldProperty property)
    {
        var keyed = new KeyedItems();
        foreach (var item in list ?? [])
        {
            if (PathElement.OfItem(item, property) is { } element)
            {
                keyed.InOrder.Add((element, item));
                if (!keyed._items.TryGetValue(element, out var items))
                {
                    keyed._items[element] = items = [];
                }

                items.Add(item);
            }
        }

        return keyed;
    }

    public bool Has(string element) => _items.ContainsKey(element);

    public IReadOnlyList<JsonNode?> All(string element) => _items.TryGetValue(element, out var items) ? items : [];

    /// <summary>The one item of that element; null where there is none or more than one.</summary>
    public JsonNode? Single(string element) => All(element) is [var item] ? item : null;
}

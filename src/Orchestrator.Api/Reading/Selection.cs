using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Api.Reading;

/// <summary>Which objects of a collection a list, watch or deletecollection is about.</summary>
internal sealed record Selection(string Resource, string Namespace, LabelSelector Labels, FieldSelector Fields)
{
    /// <summary>False for custom kinds: the store reads fields as it loads objects, before it can know what their definitions declare.</summary>
    private bool IsIndexed { get; init; } = true;

    public bool IsEverything => Labels.IsEverything && Fields.IsEverything;

    /// <summary>Reads labelSelector and fieldSelector.</summary>
    public static Outcome<Selection> Read(ApiCall call)
    {
        var kind = call.Kind;
        if (!call.Http.Request.QueryString.HasValue)
        {
            return new Selection(kind.StorageName, call.Request.Namespace, LabelSelector.Everything, FieldSelector.Everything);
        }

        if (!LabelSelector.TryParse(call.Request.QueryValue("labelSelector"), out var labels, out var error))
        {
            return StatusErrors.BadRequest($"unable to parse requirement: {error}");
        }

        if (!FieldSelector.TryParse(call.Request.QueryValue("fieldSelector"), out var fields, out error))
        {
            return StatusErrors.BadRequest(error);
        }

        var unknown = fields.Requirements.FirstOrDefault(r => !IsSelectable(kind, r.Path));
        return unknown is null
            ? new Selection(kind.StorageName, call.Request.Namespace, labels, Stored(kind, fields)) { IsIndexed = !kind.IsCustom }
            : StatusErrors.BadRequest($"field label not supported: {unknown.Path}");
    }

    public bool Matches(StoredObject obj) =>
        (Namespace.Length == 0 || obj.Key.Namespace == Namespace) && Labels.Matches(obj.Labels) && (Fields.IsEverything || Fields.Matches(obj.Key, FieldsOf(obj)));

    /// <summary>The selected objects by namespace and name, and the revision they were read at; through an index where there is one for a required field.</summary>
    public ObjectList Read(IObjectStore store, ResourceKind kind)
    {
        foreach (var field in IsIndexed ? kind.SelectableFields : [])
        {
            if (Fields.Required(kind.Conversion?.StoredField(field) ?? field) is { Length: > 0 } value)
            {
                var indexed = store.ListByField(Resource, kind.Conversion?.StoredField(field) ?? field, value);
                return indexed with { Items = [.. indexed.Items.Where(Matches).OrderBy(o => o.Key, KeyOrder.Instance)] };
            }
        }

        var all = store.List(Resource, Namespace.Length == 0 ? null : Namespace);
        if (Fields.Required("metadata.name") is { } name && (Namespace.Length > 0 || !kind.Namespaced))
        {
            return all with { Items = [.. Named(all.Items, name).Where(Matches)] };
        }

        return IsEverything ? all : all with { Items = [.. all.Items.Where(Matches)] };
    }

    /// <summary>The selector on the fields as they are stored, which is what selectors go by.</summary>
    private static FieldSelector Stored(ResourceKind kind, FieldSelector fields) =>
        kind.Conversion is not { } conversion ? fields : new FieldSelector([.. fields.Requirements.Select(r => r with { Path = conversion.StoredField(r.Path) })]);

    private IReadOnlyDictionary<string, string> FieldsOf(StoredObject obj)
    {
        if (IsIndexed)
        {
            return obj.Fields;
        }

        var tree = JsonTree.ParseStored(obj.Json);
        return Fields.Requirements.Select(r => r.Path).Distinct(StringComparer.Ordinal).ToDictionary(path => path, path => ValueAt(tree, path), StringComparer.Ordinal);
    }

    private static string ValueAt(JsonObject obj, string path)
    {
        JsonNode? at = obj;
        foreach (var member in path.Split('.'))
        {
            at = (at as JsonObject)?[member];
        }

        return at.AsScalarText() ?? (at?.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? at.ToJsonString() : "");
    }

    /// <summary>Within one namespace the list is in the order of names.</summary>
    private static IEnumerable<StoredObject> Named(IReadOnlyList<StoredObject> sorted, string name)
    {
        int low = 0, high = sorted.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(sorted[middle].Key.Name, name);
            if (order == 0)
            {
                return [sorted[middle]];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return [];
    }

    private static bool IsSelectable(ResourceKind kind, string path) => path switch
    {
        "metadata.name" => true,
        "metadata.namespace" => kind.Namespaced,
        _ => kind.SelectableFields.Contains(path, StringComparer.Ordinal),
    };
}

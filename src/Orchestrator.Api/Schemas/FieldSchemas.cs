using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using k8s.Models;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Schemas;

/// <summary>Schemas of the registered kinds, read once: from their CLR types by reflection, or from the JSON schemas of custom kinds.</summary>
internal sealed class FieldSchemas
{
    private static readonly Dictionary<Type, FieldForm> Scalars = new()
    {
        [typeof(string)] = FieldForm.String,
        [typeof(bool)] = FieldForm.Boolean,
        [typeof(int)] = FieldForm.Integer,
        [typeof(long)] = FieldForm.Integer,
        [typeof(double)] = FieldForm.Number,
        [typeof(DateTime)] = FieldForm.Time,
        [typeof(DateTimeOffset)] = FieldForm.Time,
        [typeof(byte[])] = FieldForm.Bytes,
        [typeof(ResourceQuantity)] = FieldForm.Quantity,
        [typeof(IntOrString)] = FieldForm.IntOrString,
        [typeof(object)] = FieldForm.Any,
    };

    private readonly Lock _building = new();
    private readonly Dictionary<Type, FieldSchema> _types = [];
    private readonly ConcurrentDictionary<Type, FieldSchema> _ready = new();

    /// <summary>By the kind itself, not by its value: a definition that changes makes new kinds, and the old ones' schemas go with them.</summary>
    private readonly ConditionalWeakTable<ResourceKind, FieldSchema> _custom = [];

    /// <summary>Schema of a kind; null for kinds that have neither a CLR type nor a JSON schema, whose fields are not checked.</summary>
    public FieldSchema? Of(ResourceKind kind) => kind switch
    {
        { ClrType: { } type } => Of(type),
        { Schema: not null } => _custom.GetValue(kind, BuildCustom),
        _ => null,
    };

    public FieldSchema Of(Type type)
    {
        if (_ready.TryGetValue(type, out var ready))
        {
            return ready;
        }

        lock (_building)
        {
            return _ready[type] = Build(type);
        }
    }

    private FieldSchema BuildCustom(ResourceKind kind)
    {
        var reversed = string.Join('.', kind.Group.Split('.').Reverse());
        return new CustomFieldSchemas(this).Of(kind.Schema!, $"{reversed}.{kind.Version}.{kind.Kind}");
    }

    private FieldSchema Build(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (_types.TryGetValue(type, out var known))
        {
            return known;
        }

        if (Scalars.TryGetValue(type, out var form))
        {
            return _types[type] = new FieldSchema(form, type.Name);
        }

        if (ElementOf(type, typeof(IDictionary<,>)) is { } value)
        {
            return _types[type] = new FieldSchema(FieldForm.Map, type.Name) { Element = Build(value) };
        }

        if (ElementOf(type, typeof(IEnumerable<>)) is { } element)
        {
            return _types[type] = new FieldSchema(FieldForm.Array, type.Name) { Element = Build(element) };
        }

        var schema = new FieldSchema(FieldForm.Object, type.Name) { IsAtomic = MergeKeys.IsAtomic(type.Name) };
        _types[type] = schema;
        schema.Complete(Properties(type));
        return schema;
    }

    private IEnumerable<FieldProperty> Properties(Type type)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name is { } name)
            {
                yield return MergeKeys.Complete(type.Name, new FieldProperty(name, Build(property.PropertyType), MergeKey: null));
            }
        }
    }

    /// <summary>The last type argument of the generic collection that the type is or implements.</summary>
    private static Type? ElementOf(Type type, Type collection)
    {
        if (type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type))
        {
            return null;
        }

        return type.GetInterfaces().Append(type)
            .FirstOrDefault(t => t.IsGenericType && t.GetGenericTypeDefinition() == collection)
            ?.GetGenericArguments()[^1];
    }
}

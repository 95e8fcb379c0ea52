using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>One field of a type, and what is said of it.</summary>
/// <param name="Name">JSON name.</param>
/// <param name="Nested">The type of its value, or of its elements, where that is one of ours; null elsewhere.</param>
/// <param name="Unsupported">Why it is refused; null where it is not.</param>
/// <param name="NoEffect">Why it changes nothing; null where it does.</param>
public sealed record DeclaredField(string Name, Type? Nested, string? Unsupported, string? NoEffect);

/// <summary>
/// What the marks on the fields of the types here say, found by reflection once: so types, validation and documentation cannot differ, and a field that is
/// not carried out is named, never passed over.
/// </summary>
public static class DeclaredSupport
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<DeclaredField>> Known = new();

    public static IReadOnlyList<DeclaredField> Of(Type type) => Known.GetOrAdd(type, static t => [.. Read(t)]);

    /// <summary>Adds an error for each field that is set and not supported, however deep.</summary>
    public static void Refuse(JsonNode? value, Type type, string path, ICollection<FieldError> errors) =>
        Walk(value, type, path, (field, at) =>
        {
            if (field.Unsupported is { } why)
            {
                errors.Add(FieldError.Forbidden(at, why));
            }
        });

    /// <summary>Adds a warning for each field that is set and changes nothing.</summary>
    public static void Warn(JsonNode? value, Type type, string path, ICollection<string> warnings) =>
        Walk(value, type, path, (field, at) =>
        {
            if (field.NoEffect is { } why)
            {
                warnings.Add($"{at}: {why}");
            }
        });

    private static void Walk(JsonNode? value, Type type, string path, Action<DeclaredField, string> found)
    {
        switch (value)
        {
            case JsonArray array:
                for (int i = 0; i < array.Count; i++)
                {
                    Walk(array[i], type, $"{path}[{i}]", found);
                }

                break;
            case JsonObject obj:
                foreach (DeclaredField field in Of(type))
                {
                    if (IsSet(obj[field.Name]))
                    {
                        string at = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
                        found(field, at);
                        if (field is { Nested: { } nested, Unsupported: null })
                        {
                            Walk(obj[field.Name], nested, at, found);
                        }
                    }
                }

                break;
        }
    }

    /// <summary>An empty object says something: <c>tpm: {}</c> asks for one. Otherwise what is empty, zero or false asks for nothing.</summary>
    private static bool IsSet(JsonNode? value) => value switch
    {
        null => false,
        JsonArray array => array.Count > 0,
        JsonValue scalar => scalar.GetValueKind() switch
        {
            JsonValueKind.False or JsonValueKind.Null => false,
            JsonValueKind.String => scalar.GetValue<string>().Length > 0,
            JsonValueKind.Number => scalar.ToJsonString() != "0",
            _ => true,
        },
        _ => true,
    };

    private static IEnumerable<DeclaredField> Read(Type type)
    {
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name is { } name)
            {
                yield return new DeclaredField(
                    name,
                    NestedIn(property.PropertyType),
                    property.GetCustomAttribute<UnsupportedAttribute>()?.Why,
                    property.GetCustomAttribute<NoEffectAttribute>()?.Why);
            }
        }
    }

    private static Type? NestedIn(Type type)
    {
        Type element = type.IsGenericType ? type.GetGenericArguments()[^1] : type;
        return element.Namespace == typeof(DeclaredSupport).Namespace ? element : null;
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Patching;

/// <summary>JSON patch (RFC 6902): add, remove, replace, move, copy, test.</summary>
internal static class JsonPatch
{
    /// <summary>As Kubernetes: bounds the work that one small request can ask for.</summary>
    private const int MaxOperations = 10_000;

    /// <summary>Of all copies together, in bytes of JSON, as Kubernetes: each copy of the whole into itself doubles it.</summary>
    private const long MaxCopiedBytes = 3 * 1024 * 1024;

    /// <summary>Applies the operations in order to the target in place.</summary>
    /// <exception cref="PatchException">An operation is malformed or cannot be applied; the target is then half patched and must be thrown away.</exception>
    public static void Apply(JsonObject target, JsonArray operations)
    {
        if (operations.Count > MaxOperations)
        {
            throw new PatchException($"The allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}");
        }

        long copiedBytes = 0;
        foreach (var operation in operations)
        {
            ApplyOne(target, operation as JsonObject ?? throw new PatchException("an operation of the patch is not an object"), ref copiedBytes);
        }
    }

    private static void ApplyOne(JsonObject target, JsonObject operation, ref long copiedBytes)
    {
        var path = Pointer(operation, "path");
        switch (operation.Text("op"))
        {
            case "add":
                Add(target, path, Value(operation));
                break;
            case "replace":
                Replace(target, path, Value(operation));
                break;
            case "remove":
                Remove(target, path);
                break;
            case "copy":
                Add(target, path, Copy(Find(target, Pointer(operation, "from")), ref copiedBytes));
                break;
            case "move":
                Move(target, Pointer(operation, "from"), path);
                break;
            case "test":
                Test(target, path, operation);
                break;
            default:
                throw new PatchException($"unexpected operation \"{operation.Text("op")}\"");
        }
    }

    private static void Add(JsonObject target, JsonPointer path, JsonNode? value)
    {
        switch (Find(target, path.Parent))
        {
            case JsonObject members:
                members[path.Last] = value;
                break;
            case JsonArray items:
                items.Insert(path.Last == "-" ? items.Count : Index(items, path, items.Count), value);
                break;
            default:
                throw Missing("add", path);
        }
    }

    private static void Replace(JsonObject target, JsonPointer path, JsonNode? value)
    {
        switch (Find(target, path.Parent))
        {
            case JsonObject members when members.ContainsKey(path.Last):
                members[path.Last] = value;
                break;
            case JsonArray items:
                items[Index(items, path, items.Count - 1)] = value;
                break;
            default:
                throw Missing("replace", path);
        }
    }

    private static void Remove(JsonObject target, JsonPointer path)
    {
        switch (Find(target, path.Parent))
        {
            case JsonObject members when members.Remove(path.Last):
                break;
            case JsonArray items:
                items.RemoveAt(Index(items, path, items.Count - 1));
                break;
            default:
                throw Missing("remove", path);
        }
    }

    private static JsonNode? Copy(JsonNode? value, ref long copiedBytes)
    {
        copiedBytes += value?.ToJsonString().Length ?? 0;
        return copiedBytes <= MaxCopiedBytes
            ? value?.DeepClone()
            : throw new PatchException($"Unable to complete the copy, the accumulated size increase of copy is {copiedBytes}, exceeding the limit {MaxCopiedBytes}");
    }

    private static void Move(JsonObject target, JsonPointer from, JsonPointer path)
    {
        if (from.IsPrefixOf(path))
        {
            throw new PatchException($"move operation cannot move \"{from}\" into itself");
        }

        var value = Find(target, from)?.DeepClone();
        Remove(target, from);
        Add(target, path, value);
    }

    private static void Test(JsonObject target, JsonPointer path, JsonObject operation)
    {
        if (!operation.TryGetPropertyValue("value", out var expected))
        {
            throw new PatchException("an operation lacks its value");
        }

        if (!JsonNode.DeepEquals(Find(target, path), expected))
        {
            throw new PatchException($"testing value {path} failed");
        }
    }

    private static JsonNode? Find(JsonObject target, JsonPointer path)
    {
        JsonNode? node = target;
        for (var i = 0; i < path.Segments.Count; i++)
        {
            node = node switch
            {
                JsonObject members when members.TryGetPropertyValue(path.Segments[i], out var value) => value,
                JsonArray items => items[Index(items, path.Prefix(i + 1), items.Count - 1)],
                _ => throw Missing("path", path),
            };
        }

        return node;
    }

    private static int Index(JsonArray items, JsonPointer path, int max)
    {
        var text = path.Last;
        var isIndex = int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index);
        return isIndex && index <= max && index <= items.Count && (text.Length == 1 || text[0] != '0')
            ? index
            : throw new PatchException($"index of \"{path}\" is out of range or not an index");
    }

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value) ? value?.DeepClone() : throw new PatchException("an operation lacks its value");

    private static JsonPointer Pointer(JsonObject operation, string name) =>
        operation.Text(name) is { } text && JsonPointer.TryParse(text, out var pointer)
            ? pointer
            : throw new PatchException($"an operation's {name} is missing or no JSON pointer");

    private static PatchException Missing(string what, JsonPointer path) => new($"{what} operation does not apply: doc is missing path: \"{path}\"");
}

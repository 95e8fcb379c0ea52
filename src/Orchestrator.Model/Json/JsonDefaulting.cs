using System.Text.Json.Nodes;

namespace Orchestrator.Model.Json;

/// <summary>Filling members that a writer left out: absent and null are the same, as in Kubernetes.</summary>
public static class JsonDefaulting
{
    public static void Default(this JsonObject obj, string name, string value)
    {
        if (obj[name] is null)
        {
            obj[name] = value;
        }
    }

    /// <summary>As <see cref="Default(JsonObject, string, string)"/>, also replacing an empty string: fields that are plain strings in Kubernetes' types cannot tell them apart.</summary>
    public static void DefaultIfEmpty(this JsonObject obj, string name, string value)
    {
        if (obj[name] is null || obj.Text(name) is "")
        {
            obj[name] = value;
        }
    }

    public static void Default(this JsonObject obj, string name, long value)
    {
        if (obj[name] is null)
        {
            obj[name] = value;
        }
    }

    public static void Default(this JsonObject obj, string name, bool value)
    {
        if (obj[name] is null)
        {
            obj[name] = value;
        }
    }

    /// <summary>The member as an object, added empty where absent; null where it is of another type.</summary>
    public static JsonObject? ObjectOrNew(this JsonObject obj, string name)
    {
        if (obj[name] is null)
        {
            var added = new JsonObject();
            obj[name] = added;
            return added;
        }

        return obj[name] as JsonObject;
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Kinds;

/// <summary>Ways to make a <see cref="TableColumn"/>.</summary>
internal static class Column
{
    public const int Always = 0;
    public const int Wide = 1;

    private const string None = "<none>";

    public static TableColumn Text(string name, string description, Func<JsonObject, string?> value, int priority = Always) =>
        new(name, "string", description, priority, (obj, _) => value(obj) is { Length: > 0 } text ? text : None);

    public static TableColumn Timed(string name, string description, Func<JsonObject, TimeProvider, string?> value, int priority = Always) =>
        new(name, "string", description, priority, (obj, time) => value(obj, time) is { Length: > 0 } text ? text : None);

    public static TableColumn Number(string name, string description, Func<JsonObject, long?> value, int priority = Always) =>
        new(name, "integer", description, priority, (obj, _) => value(obj) is { } number ? number : 0);

    /// <summary>The object's age, for kinds whose users know it in another place than the last. A table with such a column gets no second one.</summary>
    public static TableColumn Age() =>
        new("Age", "string", "Time since creation.", Always, (obj, time) => HumanDuration.Since(obj.Child("metadata").Time("creationTimestamp"), time));
}

using Orchestrator.Api.Responses;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Ownership;

/// <summary>The answer to an apply of fields that others own, in Kubernetes' words, which kubectl shows with advice of its own.</summary>
internal static class ApplyConflict
{
    public static StatusError Of(IReadOnlyList<FieldConflict> conflicts) => new()
    {
        Code = 409,
        Reason = "Conflict",
        Message = Message(conflicts),
        Details = new()
        {
            Causes = [.. conflicts.Select(c => new FieldError("FieldManagerConflict", c.Path, $"conflict with {Describe(c)}"))],
        },
    };

    private static string Message(IReadOnlyList<FieldConflict> conflicts)
    {
        if (conflicts is [var only])
        {
            return $"Apply failed with 1 conflict: conflict with {Describe(only)}: {only.Path}";
        }

        var lines = conflicts.GroupBy(c => c.Manager).SelectMany(g => g.Select(c => $"- {c.Path}").Prepend($"conflicts with {Describe(g.First())}:"));
        return $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', lines)}";
    }

    private static string Describe(FieldConflict conflict)
    {
        var (name, operation, apiVersion, subresource) = conflict.Manager;
        var who = subresource.Length == 0 ? $"\"{name}\"" : $"\"{name}\" with subresource \"{subresource}\"";
        return operation == FieldOwner.Update ? $"{who} using {apiVersion}" : who;
    }
}

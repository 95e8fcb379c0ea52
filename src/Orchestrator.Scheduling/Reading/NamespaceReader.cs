using System.Text.Json;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Takes from a stored Namespace what placement needs: its labels, by which terms between pods may select.</summary>
public static class NamespaceReader
{
    public static IReadOnlyDictionary<string, string> Labels(JsonElement ns) => ns.Member("metadata").Member("labels").Members()
        .ToDictionary(l => l.Name, l => l.Value.Text(), StringComparer.Ordinal);
}

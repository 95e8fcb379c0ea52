using System.Text.Json;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Takes from a stored PodGroup what placement needs.</summary>
public static class PodGroupReader
{
    /// <summary>Least number of a gang; 0 for the basic policy.</summary>
    public static int MinCount(JsonElement podGroup) =>
        (int)Math.Clamp(podGroup.Member("spec").Member("schedulingPolicy").Member("gang").Member("minCount").Whole(), 0, int.MaxValue);
}

using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Scheduling.Reading;

/// <summary>What a pod is as a virtual machine.</summary>
internal static class MachineReader
{
    /// <summary>Virtual processors, as the agent gives them: per container the limit, else the request, rounded up, else one.</summary>
    public static int Vcpus(JsonElement podSpec)
    {
        long sum = 0;
        foreach (JsonElement container in podSpec.Member("containers").Items())
        {
            JsonElement resources = container.Member("resources");
            JsonElement cpu = resources.Member("limits").Member("cpu");
            cpu = cpu.IsPresent() ? cpu : resources.Member("requests").Member("cpu");
            sum += Quantity.TryParse(cpu.Text(), out Quantity quantity) ? Math.Clamp(quantity.Value, 1, int.MaxValue) : 1;
        }

        return (int)Math.Min(sum, int.MaxValue);
    }

    public static string[] Capabilities(JsonElement pod) =>
    [
        .. pod.Member("metadata").Member("annotations").Member(WellKnown.RequiredCapabilitiesAnnotation).Text()
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
    ];
}

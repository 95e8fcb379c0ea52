using Orchestrator.Api.Subresources.Agents;

namespace Orchestrator.Api.Subresources.VirtualMachines;

/// <summary>All subresources of VirtualMachineInstances that agents answer.</summary>
internal static class InstanceSubresources
{
    public const int Count = 11;

    public static IReadOnlyList<ISubresource> Of(InstancePods pods, AgentEndpoints agents, AgentUpgrade upgrade) =>
        [.. InstanceCommand.All(pods, agents), .. InstanceStreaming.All(pods, upgrade), .. GuestQuestion.All(pods, agents)];
}

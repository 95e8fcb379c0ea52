using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>Where the description of a pod's virtual machine comes from.</summary>
public interface IInstanceSource
{
    /// <summary>The instance that the pod runs.</summary>
    /// <exception cref="RuntimeRefusalException">There is none, or it names another pod as its own.</exception>
    Task<V1VirtualMachineInstance> ReadAsync(V1Pod pod, CancellationToken cancel);
}

/// <summary>
/// Reads it from the API. A pod may say that it belongs to an instance without being its own; the instance's status, which its controller alone writes, and
/// in the transaction that makes the pod, decides: no machine is started for another.
/// </summary>
public sealed class ApiInstanceSource(IKubernetes client) : IInstanceSource
{
    public async Task<V1VirtualMachineInstance> ReadAsync(V1Pod pod, CancellationToken cancel)
    {
        var owner = InstancePods.OwnerOf(pod) ?? throw new InvalidOperationException($"pod {pod.Metadata.Name} is not a virtual machine's");
        try
        {
            var answer = await client.CustomObjects.GetNamespacedCustomObjectAsync(
                VirtualMachineGroups.KubeVirt, "v1", pod.Metadata.NamespaceProperty, "virtualmachineinstances", owner.Name, cancel);
            var instance = KubernetesJson.Deserialize<V1VirtualMachineInstance>(((JsonElement)answer).GetRawText());
            return instance.Metadata.Uid == owner.Uid && instance.Status?.ActivePods?.ContainsKey(pod.Metadata.Uid) == true
                ? instance
                : throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"the VirtualMachineInstance {owner.Name} does not name this pod as its own");
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"the VirtualMachineInstance {owner.Name} does not exist", error);
        }
    }
}

/// <summary>Which pods are those of virtual machines.</summary>
internal static class InstancePods
{
    public static V1OwnerReference? OwnerOf(V1Pod pod) => pod.Metadata.OwnerReferences?.FirstOrDefault(r =>
        r is { Controller: true, Kind: "VirtualMachineInstance" } && r.ApiVersion.StartsWith(VirtualMachineGroups.KubeVirt + "/", StringComparison.Ordinal));
}

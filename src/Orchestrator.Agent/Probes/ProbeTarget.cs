using k8s.Models;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Probes;

/// <summary>The running container that a probe or a hook is about.</summary>
/// <param name="Pod">Its pod.</param>
/// <param name="Container">Its spec.</param>
/// <param name="ContainerId">Its id in the runtime.</param>
/// <param name="Address">Where its ports are: the pod's address, or of a pod on the host network the node's.</param>
/// <param name="Runtime">The runtime that holds it; null where that runs no commands.</param>
public sealed record ProbeTarget(V1Pod Pod, V1Container Container, string ContainerId, string Address, IInteractiveRuntime? Runtime)
{
    /// <param name="pod">Its pod.</param>
    /// <param name="container">Its spec.</param>
    /// <param name="containerId">Its id.</param>
    /// <param name="sandbox">The pod's sandbox, which has its address.</param>
    /// <param name="nodeIp">The node's address.</param>
    /// <param name="runtime">The runtime that holds it.</param>
    public static ProbeTarget Of(V1Pod pod, V1Container container, string containerId, ObservedSandbox? sandbox, string nodeIp, IPodRuntime runtime) =>
        new(pod, container, containerId, pod.Spec.HostNetwork == true ? nodeIp : sandbox?.Ip ?? "", runtime as IInteractiveRuntime);

    /// <summary>A port by number, or by its name in the container's list; null for an unknown name.</summary>
    public int? PortOf(IntOrString port)
    {
        string text = port.ToString();
        return int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int number)
            ? number
            : Container.Ports?.FirstOrDefault(p => p.Name == text)?.ContainerPort;
    }
}

/// <summary>How one try ended.</summary>
/// <param name="Succeeded">Whether it did.</param>
/// <param name="Message">Why not, for the event.</param>
public readonly record struct ProbeResult(bool Succeeded, string Message)
{
    public static readonly ProbeResult Success = new(true, "");

    public static ProbeResult Failure(string message) => new(false, message);
}

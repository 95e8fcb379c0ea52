using k8s.Models;
using Orchestrator.Agent.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Devices;

namespace Orchestrator.Agent.Devices;

/// <summary>Which of the node's devices a pod has, as its binding says, and which of those each of its containers. Pure.</summary>
public static class PodDevices
{
    private const string NvidiaGpu = "nvidia.com/gpu";

    public static IReadOnlyList<AssignedDevices> Assigned(V1Pod pod) =>
        pod.Metadata.Annotations?.TryGetValue(WellKnown.AssignedDevicesAnnotation, out var text) == true ? AssignedDevices.Read(text) : [];

    /// <summary>
    /// The container's own: of whole devices as many as it asks for, after those of the containers before it; of a share the pod's one. Init containers
    /// have theirs before the others start, so that they begin at the first again.
    /// </summary>
    public static IReadOnlyList<NodeDevice> Of(V1Pod pod, V1Container container, IReadOnlyList<NodeDevice> devices)
    {
        var own = new List<NodeDevice>();
        foreach (var assigned in Assigned(pod))
        {
            var (from, count) = Part(pod, container, assigned.Resource);
            own.AddRange(assigned.Ids.Skip(from).Take(count).SelectMany(id => devices.Where(d => d.Resource == assigned.Resource && d.Id == id)));
        }

        return own;
    }

    /// <summary>Variables by which the container's libraries find its devices.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Environment(IReadOnlyList<NodeDevice> devices)
    {
        var nvidia = devices.Where(d => d.Resource == NvidiaGpu).Select(d => d.Id).ToList();
        return nvidia.Count == 0 ? [] : [KeyValuePair.Create("NVIDIA_VISIBLE_DEVICES", string.Join(',', nvidia))];
    }

    /// <summary>Why the node cannot give the pod the devices that its binding names; null where it can.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="others">The pods that the node has taken.</param>
    /// <param name="devices">The node's devices.</param>
    public static AdmissionRefusal? Check(V1Pod pod, IReadOnlyList<V1Pod> others, IReadOnlyList<NodeDevice> devices)
    {
        var assigned = Assigned(pod);
        foreach (var (name, amount) in PodRequests.Of(pod).Where(r => r.Value > 0))
        {
            var isShare = DeviceResources.IsShare(name, out var resource);
            if (devices.All(d => d.Resource != resource))
            {
                continue;
            }

            var count = isShare ? 1 : (int)amount;
            var each = isShare ? (int)amount : DeviceResources.WholeMilli;
            var ids = assigned.FirstOrDefault(a => a.Resource == resource)?.Ids ?? [];
            var available = ids.Distinct(StringComparer.Ordinal).Count(id =>
                devices.Any(d => d.Resource == resource && d.Id == id)
                && others.Sum(other => TakenMilli(other, resource, id)) + each <= DeviceResources.WholeMilli);
            if (available < count || ids.Count != count)
            {
                return new AdmissionRefusal(
                    "UnexpectedAdmissionError",
                    $"Allocate failed due to requested number of devices unavailable for {resource}. Requested: {count}, Available: {available} of those assigned to it"
                    + $" ({(ids.Count == 0 ? "none" : string.Join(", ", ids))}), which is unexpected");
            }
        }

        return null;
    }

    private static int TakenMilli(V1Pod pod, string resource, string id)
    {
        if (!Assigned(pod).Any(a => a.Resource == resource && a.Ids.Contains(id, StringComparer.Ordinal)))
        {
            return 0;
        }

        var share = PodRequests.Of(pod).GetValueOrDefault(DeviceResources.ShareOf(resource));
        return share > 0 ? (int)share : DeviceResources.WholeMilli;
    }

    private static (int From, int Count) Part(V1Pod pod, V1Container container, string resource)
    {
        if (Limit(container, DeviceResources.ShareOf(resource)) > 0)
        {
            return (0, 1);
        }

        var before = pod.Spec.Containers.Any(c => c.Name == container.Name)
            ? pod.Spec.Containers.TakeWhile(c => c.Name != container.Name).Sum(c => Limit(c, resource))
            : 0;
        return (before, Limit(container, resource));
    }

    private static int Limit(V1Container container, string resource) =>
        container.Resources?.Limits?.TryGetValue(resource, out var amount) == true ? (int)amount.ToDecimal() : 0;
}

using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Takes from stored objects what concerns devices.</summary>
internal static class DeviceReader
{
    /// <summary>Devices that the node says it has; none where what it says is malformed, which validation lets nobody store.</summary>
    public static IReadOnlyList<NodeDevice> OfNode(JsonElement metadata)
    {
        string text = metadata.Member("annotations").Member(WellKnown.DevicesAnnotation).Text();
        return text.Length == 0 ? [] : NodeDeviceText.Read(text, "", []);
    }

    /// <summary>The devices that a bound pod has.</summary>
    public static IReadOnlyList<AssignedDevices> OfPod(JsonElement metadata) =>
        AssignedDevices.Read(metadata.Member("annotations").Member(WellKnown.AssignedDevicesAnnotation).Text());

    /// <summary>What the requests ask of devices. Any extended resource may be one of devices: each node knows for itself.</summary>
    public static DeviceDemand[] Demands(JsonElement pod, IReadOnlyList<ResourceAmount> requests, ClusterState cluster)
    {
        int[] models =
        [
            .. pod.Member("metadata").Member("annotations").Member(WellKnown.DeviceModelsAnnotation).Text()
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(cluster.DeviceModels.IdOf),
        ];
        var demands = new List<DeviceDemand>();
        foreach (ResourceAmount request in requests)
        {
            string name = cluster.Resources.NameOf(request.Column);
            if (name.Contains('/', StringComparison.Ordinal))
            {
                demands.Add(DeviceResources.IsShare(name, out string whole)
                    ? new DeviceDemand(whole, 1, (int)Math.Min(request.Amount, int.MaxValue), models)
                    : new DeviceDemand(name, (int)Math.Min(request.Amount, int.MaxValue), DeviceWorkload.WholeMilli, models));
            }
        }

        return [.. demands];
    }
}

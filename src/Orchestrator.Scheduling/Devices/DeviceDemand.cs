namespace Orchestrator.Scheduling.Devices;

/// <summary>What a workload asks of the devices of one resource.</summary>
/// <param name="Resource">The resource's name, <c>nvidia.com/gpu</c>.</param>
/// <param name="Count">Devices.</param>
/// <param name="ShareMilli">Thousandths of each; less than 1,000 only of one device.</param>
/// <param name="Models">Ids, in <see cref="Cluster.ClusterState.DeviceModels"/>, of the models that will do; empty where any will.</param>
public sealed record DeviceDemand(string Resource, int Count, int ShareMilli, int[] Models)
{
    public bool IsShare => ShareMilli < DeviceWorkload.WholeMilli;

    /// <summary>Whether only a node that says which devices it has can meet it: a count of any model is an extended resource like others.</summary>
    public bool NeedsInventory => IsShare || Models.Length > 0;

    public bool Accepts(int model) => Models.Length == 0 || Array.IndexOf(Models, model) >= 0;
}

namespace Orchestrator.Model.VirtualMachines;

/// <summary>API groups of virtual machines: KubeVirt's, whose manifests are taken as they are.</summary>
public static class VirtualMachineGroups
{
    public const string KubeVirt = "kubevirt.io";

    /// <summary>Start, stop, console and the like, as KubeVirt's clients ask for them.</summary>
    public const string Subresources = "subresources.kubevirt.io";

    public const string Snapshot = "snapshot.kubevirt.io";

    public const string Instancetype = "instancetype.kubevirt.io";
}

using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Orchestrator.Model.Hypervisors;

/// <summary>
/// <c>orchestrator.dev/v1 Hypervisor</c>, cluster-scoped: one isolation technology on one node, published by the node's agent.
/// Named <c>NODE-TECHNOLOGY</c>; carries the label <see cref="WellKnown.NodeLabel"/> and is owned by its Node.
/// </summary>
[KubernetesEntity(Group = WellKnown.Group, ApiVersion = "v1", Kind = "Hypervisor", PluralName = "hypervisors")]
public sealed class V1Hypervisor : IKubernetesObject<V1ObjectMeta>, ISpec<V1HypervisorSpec>, IStatus<V1HypervisorStatus?>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "orchestrator.dev/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "Hypervisor";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1HypervisorSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1HypervisorStatus? Status { get; set; }
}

/// <summary>What the hypervisor is, which does not change while it exists, and how much it may be given.</summary>
public sealed class V1HypervisorSpec
{
    [JsonPropertyName("nodeName")]
    public string NodeName { get; set; } = "";

    /// <summary><c>containerd</c>, <c>qemu</c>, <c>kvm</c>; later <c>xen</c>, <c>lxc</c>, <c>docker</c>, <c>jail</c>, ...</summary>
    [JsonPropertyName("technology")]
    public string Technology { get; set; } = "";

    /// <summary>One of <see cref="VirtualizationClasses"/>.</summary>
    [JsonPropertyName("class")]
    public string Class { get; set; } = "";

    /// <summary><c>Type1</c> (on the bare machine), <c>Type2</c> (on an operating system), or <c>None</c> for OS-level containers.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "None";

    /// <summary>Virtual processors of all its machines together, per CPU of <c>status.capacity</c>: the ratio of overcommitment, as a quantity; absent for no limit.</summary>
    [JsonPropertyName("vcpusPerCpu")]
    public ResourceQuantity? VcpusPerCpu { get; set; }

    /// <summary>Most workloads at once; absent for what <c>status.capacity</c> says.</summary>
    [JsonPropertyName("maxWorkloads")]
    public int? MaxWorkloads { get; set; }
}

/// <summary>What the agent observed.</summary>
public sealed class V1HypervisorStatus
{
    [JsonPropertyName("version")]
    public string? Version { get; set; }

    /// <summary>Values of <c>RuntimeClass.handler</c> that this hypervisor serves now; see <see cref="RuntimeHandlers"/>.</summary>
    [JsonPropertyName("runtimeHandlers")]
    public IList<string> RuntimeHandlers { get; set; } = [];

    /// <summary><c>cpu</c>, <c>memory</c>, <c>pods</c> (most workloads at once), as quantities.</summary>
    [JsonPropertyName("capacity")]
    public IDictionary<string, ResourceQuantity> Capacity { get; set; } = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);

    /// <summary>Among: logs, exec, attach, pause, snapshot, liveMigration, linuxGuests, network, passthrough; see <see cref="HypervisorCapabilities"/>.</summary>
    [JsonPropertyName("capabilities")]
    public IList<string> Capabilities { get; set; } = [];

    /// <summary>Workloads that run on it now.</summary>
    [JsonPropertyName("workloads")]
    public int Workloads { get; set; }

    /// <summary>Type <c>Ready</c>, with a reason and a message that says how the agent knows (what a probe did and what came of it).</summary>
    [JsonPropertyName("conditions")]
    public IList<V1Condition> Conditions { get; set; } = [];
}

/// <summary>Names in <see cref="V1HypervisorStatus.Capabilities"/> that others ask for.</summary>
public static class HypervisorCapabilities
{
    /// <summary>Gives a machine whole devices of the node.</summary>
    public const string Passthrough = "passthrough";

    /// <summary>All that a hypervisor can have.</summary>
    public static readonly IReadOnlyList<string> All =
        ["attach", "exec", "linuxGuests", "liveMigration", "logs", "network", Passthrough, "pause", "snapshot"];
}

/// <summary>Classes of virtualization, by what the guest's kernel knows and what the processor helps with.</summary>
public static class VirtualizationClasses
{
    /// <summary>Unmodified guests without the processor's help (emulation, binary translation).</summary>
    public const string Full = "Full";

    /// <summary>Guests that call the hypervisor knowingly (Xen PV).</summary>
    public const string Paravirtual = "Paravirtual";

    /// <summary>Unmodified guests with the processor's virtualization extensions (KVM, VT-x, AMD-V).</summary>
    public const string HardwareAssisted = "HardwareAssisted";

    /// <summary>Containers: one kernel, isolated groups of processes.</summary>
    public const string OSLevel = "OSLevel";
}

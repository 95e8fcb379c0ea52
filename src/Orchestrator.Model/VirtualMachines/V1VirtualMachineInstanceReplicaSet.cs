using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>As many machines of one template as wanted. They have no disks of their own that outlive them.</summary>
[KubernetesEntity(Group = VirtualMachineGroups.KubeVirt, ApiVersion = "v1", Kind = "VirtualMachineInstanceReplicaSet", PluralName = "virtualmachineinstancereplicasets")]
public sealed class V1VirtualMachineInstanceReplicaSet : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = VirtualMachineGroups.KubeVirt + "/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "VirtualMachineInstanceReplicaSet";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1VmReplicaSetSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1VmReplicaSetStatus? Status { get; set; }
}

/// <summary>What is wanted of a replica set.</summary>
public sealed class V1VmReplicaSetSpec
{
    /// <summary>How many; 1 by default.</summary>
    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }

    /// <summary>Selects its machines; the template's labels must match.</summary>
    [JsonPropertyName("selector")]
    public V1LabelSelector? Selector { get; set; }

    /// <summary>What its machines are made of.</summary>
    [JsonPropertyName("template")]
    public V1VmTemplate? Template { get; set; }

    /// <summary>True leaves its machines as they are.</summary>
    [JsonPropertyName("paused")]
    public bool? Paused { get; set; }
}

/// <summary>What is known of a replica set.</summary>
public sealed class V1VmReplicaSetStatus
{
    /// <summary>Machines that neither have ended nor are about to.</summary>
    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }

    /// <summary>Of these, those that are ready.</summary>
    [JsonPropertyName("readyReplicas")]
    public int? ReadyReplicas { get; set; }

    /// <summary>The selector as text, for what scales.</summary>
    [JsonPropertyName("labelSelector")]
    public string? LabelSelector { get; set; }

    [JsonPropertyName("conditions")]
    public IList<V1VmCondition>? Conditions { get; set; }
}

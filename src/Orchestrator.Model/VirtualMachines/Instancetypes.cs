using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>Sizes that machines of the namespace are given by name.</summary>
[KubernetesEntity(Group = VirtualMachineGroups.Instancetype, ApiVersion = "v1beta1", Kind = "VirtualMachineInstancetype", PluralName = "virtualmachineinstancetypes")]
public sealed class V1beta1VirtualMachineInstancetype : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = VirtualMachineGroups.Instancetype + "/v1beta1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "VirtualMachineInstancetype";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1VmInstancetypeSpec Spec { get; set; } = new();
}

/// <summary>Sizes that machines are given by name.</summary>
[KubernetesEntity(Group = VirtualMachineGroups.Instancetype, ApiVersion = "v1beta1", Kind = "VirtualMachineClusterInstancetype", PluralName = "virtualmachineclusterinstancetypes")]
public sealed class V1beta1VirtualMachineClusterInstancetype : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = VirtualMachineGroups.Instancetype + "/v1beta1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "VirtualMachineClusterInstancetype";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1VmInstancetypeSpec Spec { get; set; } = new();
}

/// <summary>What fills in what templates of the namespace leave open.</summary>
[KubernetesEntity(Group = VirtualMachineGroups.Instancetype, ApiVersion = "v1beta1", Kind = "VirtualMachinePreference", PluralName = "virtualmachinepreferences")]
public sealed class V1beta1VirtualMachinePreference : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = VirtualMachineGroups.Instancetype + "/v1beta1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "VirtualMachinePreference";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1VmPreferenceSpec Spec { get; set; } = new();
}

/// <summary>What fills in what templates leave open.</summary>
[KubernetesEntity(Group = VirtualMachineGroups.Instancetype, ApiVersion = "v1beta1", Kind = "VirtualMachineClusterPreference", PluralName = "virtualmachineclusterpreferences")]
public sealed class V1beta1VirtualMachineClusterPreference : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = VirtualMachineGroups.Instancetype + "/v1beta1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "VirtualMachineClusterPreference";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1VmPreferenceSpec Spec { get; set; } = new();
}

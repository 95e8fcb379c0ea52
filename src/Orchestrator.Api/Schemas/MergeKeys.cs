using System.Collections.Frozen;

namespace Orchestrator.Api.Schemas;

/// <summary>
/// How lists of the built-in types are merged by strategic merge patches: the <c>patchMergeKey</c>s of Kubernetes' API types (k8s.io/api), which
/// the client's types do not carry. Lists that are not named here are replaced whole.
/// </summary>
internal static class MergeKeys
{
    /// <summary>Key of a set of scalars.</summary>
    public const string Set = "";

    private static readonly FrozenDictionary<(string Type, string Field), string> Keys = new Dictionary<(string, string), string>
    {
        [("V1ObjectMeta", "ownerReferences")] = "uid",
        [("V1ObjectMeta", "finalizers")] = Set,
        [("V1PodSpec", "containers")] = "name",
        [("V1PodSpec", "initContainers")] = "name",
        [("V1PodSpec", "ephemeralContainers")] = "name",
        [("V1PodSpec", "volumes")] = "name",
        [("V1PodSpec", "imagePullSecrets")] = "name",
        [("V1PodSpec", "hostAliases")] = "ip",
        [("V1PodSpec", "topologySpreadConstraints")] = "topologyKey",
        [("V1PodSpec", "resourceClaims")] = "name",
        [("V1PodSpec", "schedulingGates")] = "name",
        [("V1Container", "ports")] = "containerPort",
        [("V1Container", "env")] = "name",
        [("V1Container", "volumeMounts")] = "mountPath",
        [("V1Container", "volumeDevices")] = "devicePath",
        [("V1EphemeralContainer", "ports")] = "containerPort",
        [("V1EphemeralContainer", "env")] = "name",
        [("V1EphemeralContainer", "volumeMounts")] = "mountPath",
        [("V1EphemeralContainer", "volumeDevices")] = "devicePath",
        [("V1PodStatus", "conditions")] = "type",
        [("V1PodStatus", "podIPs")] = "ip",
        [("V1PodStatus", "resourceClaimStatuses")] = "name",
        [("V1NodeSpec", "podCIDRs")] = Set,
        [("V1NodeStatus", "conditions")] = "type",
        [("V1NodeStatus", "addresses")] = "type",
        [("V1NamespaceStatus", "conditions")] = "type",
        [("V1ServiceAccount", "secrets")] = "name",
        [("V1ServiceSpec", "ports")] = "port",
        [("V1ServiceStatus", "conditions")] = "type",
        [("V1DeploymentStatus", "conditions")] = "type",
        [("V1ReplicaSetStatus", "conditions")] = "type",
        [("V1StatefulSetStatus", "conditions")] = "type",
        [("V1DaemonSetStatus", "conditions")] = "type",
        [("V1JobStatus", "conditions")] = "type",
        [("V1HypervisorStatus", "conditions")] = "type",
    }.ToFrozenDictionary();

    public static string? Of(string typeName, string field) => Keys.GetValueOrDefault((typeName, field));
}

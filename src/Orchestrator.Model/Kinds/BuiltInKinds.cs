using Orchestrator.Model.Kinds.BuiltIn;

namespace Orchestrator.Model.Kinds;

/// <summary>The kinds that every server serves. A new kind is one line here.</summary>
public static class BuiltInKinds
{
    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        ConfigKinds.ConfigMap(),
        EventKinds.Core(),
        EventKinds.New(),
        NamespaceKind.Create(),
        NodeKind.Create(),
        PodKind.Create(),
        ConfigKinds.Secret(),
        ServiceKinds.Service(),
        ServiceKinds.Endpoints(),
        ServiceKinds.EndpointSlice(),
        ConfigKinds.ServiceAccount(),
        SchedulingKinds.Lease(),
        SchedulingKinds.RuntimeClass(),
        SchedulingKinds.PriorityClass(),
        SchedulingKinds.PodGroup(),
        HypervisorKind.Create(),
        ExtensionKinds.CustomResourceDefinition(),
        WebhookKinds.Mutating(),
        WebhookKinds.Validating(),
        PolicyKinds.LimitRange(),
        PolicyKinds.ResourceQuota(),
        PolicyKinds.PodDisruptionBudget(),
        RbacKinds.Role(),
        RbacKinds.ClusterRole(),
        RbacKinds.RoleBinding(),
        RbacKinds.ClusterRoleBinding(),
        CertificateKinds.SigningRequest(),
        .. AppsKinds.All,
        BatchKinds.Job(),
        BatchKinds.CronJob(),
        .. AutoscalingKinds.All,
        MetricsKinds.NodeMetrics(),
        MetricsKinds.PodMetrics(),
        .. OlderKinds.All,
        .. NetworkingKinds.All,
        .. StorageKinds.All,
        .. VirtualMachineKinds.All,
        .. ReviewKinds.All,
    ];

    /// <summary>A registry of the built-in kinds.</summary>
    public static KindRegistry Registry() => new(All);
}

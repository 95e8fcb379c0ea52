using k8s.Models;

namespace Orchestrator.Agent.Network;

/// <summary>The Service whose address pods have as their name server.</summary>
internal static class NameServer
{
    public const string Namespace = "kube-system";
    public const string Name = "kube-dns";

    /// <summary>Whether every node is to answer at the Service's address itself: one with a selector leads to somebody's own name server.</summary>
    public static bool IsOurs(V1Service service) =>
        service.Metadata.Name == Name && service.Metadata.NamespaceProperty == Namespace && service.Spec.Selector is not { Count: > 0 };
}

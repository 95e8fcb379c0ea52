using Orchestrator.Api.Security.Pki;
using Orchestrator.Model;

namespace Orchestrator.Api.Security.Certificates;

/// <summary>The signers that the cluster is, and what each of them signs (Kubernetes' reference "Certificates and Certificate Signing Requests").</summary>
internal static class Signers
{
    public const string Client = "kubernetes.io/kube-apiserver-client";
    public const string NodeClient = "kubernetes.io/kube-apiserver-client-kubelet";
    public const string NodeServing = "kubernetes.io/kubelet-serving";

    private const string ClientUsage = "client auth";
    private const string ServerUsage = "server auth";

    private static readonly string[] KeyUsages = ["digital signature", "key encipherment"];

    public static bool IsOurs(string signer) => signer is Client or NodeClient or NodeServing;

    /// <summary>Why the signer does not sign the request; null where it does.</summary>
    public static string? Fault(SigningRequest request) => request.Signer switch
    {
        Client => UsageFault(request, ClientUsage),
        NodeClient => UsageFault(request, ClientUsage) ?? NodeFault(request) ?? (HasNames(request) ? "DNS, IP, email and URI names are not allowed in client certificates of nodes" : null),
        NodeServing => UsageFault(request, ServerUsage) ?? NodeFault(request)
            ?? (request.HasOtherNames ? "email and URI names are not allowed in serving certificates of nodes" : null)
            ?? (HasNames(request) ? null : "serving certificates of nodes need a DNS or IP name"),
        _ => "no signer of the cluster",
    };

    /// <summary>What the certificate is to say.</summary>
    public static CertificateRequestSpec Spec(SigningRequest request) => new(
        request.CommonName, request.Organizations, request.Signer == NodeServing, request.DnsNames, request.Addresses);

    /// <summary>Name of the node that the certificate would be of; null where it would be of none.</summary>
    public static string? NodeName(SigningRequest request) => NodeIdentity.NodeName(new UserInfo(request.CommonName, request.Organizations));

    private static bool HasNames(SigningRequest request) => request.DnsNames.Count + request.Addresses.Count > 0 || request.HasOtherNames;

    private static string? NodeFault(SigningRequest request) =>
        request.Organizations is not [WellKnown.NodesGroup] ? $"the organization must be {WellKnown.NodesGroup} and no other"
        : NodeName(request) is null ? $"the common name must begin with {NodeIdentity.UserPrefix}"
        : null;

    private static string? UsageFault(SigningRequest request, string needed) =>
        !request.Usages.Contains(needed) ? $"usages must include {needed}"
        : request.Usages.FirstOrDefault(u => u != needed && !KeyUsages.Contains(u)) is { } other ? $"usage {other} is not allowed"
        : null;
}

using Orchestrator.Api.Requests;
using Orchestrator.Model;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.VirtualMachines;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Authorization;

/// <summary>
/// What an agent may do: report on its own Node, Lease, Hypervisors and the pods bound to it, read what those pods refer to, and see what the
/// network between nodes is made of. A node that is
/// taken over gives away the secrets of its own pods and no others. What the path does not tell (bodies) is checked by
/// <see cref="Admission.Rules.NodeRestriction"/>.
/// </summary>
public sealed class NodeAuthorizer(IObjectStore store) : IAuthorizer
{
    private const string NodeField = "spec.nodeName";
    private const string Policies = "networkpolicies.networking.k8s.io";

    public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        if (NodeIdentity.NodeName(user) is not { } node || !request.IsResource)
        {
            return new(AuthorizationDecision.NoOpinion);
        }

        string? refusal = (request.Group, request.Resource) switch
        {
            ("", "nodes") => JudgeNodes(request, node),
            ("", "pods") => JudgePods(request, node),
            ("" or "events.k8s.io", "events") => Among(request, "create", "update", "patch"),
            ("", "secrets" or "configmaps") => JudgeReferences(request, node),
            ("", "persistentvolumeclaims") => JudgeClaims(request, node),
            ("", "persistentvolumes") => JudgeVolumes(request, node),
            ("", "serviceaccounts") => JudgeAccounts(request, node),
            ("authentication.k8s.io", "tokenreviews") or ("authorization.k8s.io", "subjectaccessreviews" or "localsubjectaccessreviews") => Among(request, "create"),
            ("certificates.k8s.io", "certificatesigningrequests") => Among(request, "create", "get", "list", "watch"),
            ("coordination.k8s.io", "leases") => JudgeLeases(request, node),
            (WellKnown.Group, "hypervisors") => JudgeHypervisors(request, node),
            ("", "services" or "namespaces") or ("discovery.k8s.io", "endpointslices") or ("networking.k8s.io", "networkpolicies") => Among(request, "get", "list", "watch"),
            (VirtualMachineGroups.KubeVirt, "virtualmachineinstances") => JudgeInstances(request, node),
            ("node.k8s.io", "runtimeclasses") => Among(request, "get", "list", "watch"),
            _ => "nodes have no access to this resource",
        };
        return new(refusal is null ? AuthorizationDecision.Allow : AuthorizationDecision.Deny(refusal));
    }

    private static string? Among(RequestInfo request, params ReadOnlySpan<string> verbs) =>
        request.Subresource.Length == 0 && verbs.Contains(request.Verb) ? null : $"nodes may not {request.Verb} this resource";

    private static string? JudgeNodes(RequestInfo request, string node) => (request.Verb, request.Subresource) switch
    {
        ("create", "") => null,
        ("get" or "update" or "patch", "" or "status") when request.Name == node => null,
        // Routes lead to all of them.
        ("list" or "watch", "") => null,
        _ => "nodes may only report their own Node",
    };

    private string? JudgePods(RequestInfo request, string node) => (request.Verb, request.Subresource) switch
    {
        ("list" or "watch", "") => RequiredField(request, NodeField) == node || ArePodsPeers()
            ? null
            : $"nodes may only list and watch pods with the field selector {NodeField}={node}",
        ("get" or "delete", "") or ("get" or "update" or "patch", "status") => IsOn(request, "pods", node)
            ? null
            : "nodes may only access pods that are bound to them",
        _ => "nodes may not do this to pods",
    };

    // A policy names pods by their labels, wherever they are: a node that is to hold others off from its own pods must know them. Without a policy it need not.
    private bool ArePodsPeers() => store.List(Policies).Items.Count > 0;

    private static string? JudgeLeases(RequestInfo request, string node) =>
        request.Namespace != WellKnown.NodeLeaseNamespace ? $"nodes may only access leases in the namespace {WellKnown.NodeLeaseNamespace}"
        : request.Verb == "create" || (request.Verb is "get" or "update" or "patch" or "delete" && request.Name == node) ? null
        : "nodes may only access their own lease";

    private string? JudgeHypervisors(RequestInfo request, string node) => request.Verb switch
    {
        "create" => null,
        "list" or "watch" => RequiredField(request, NodeField) == node
            ? null
            : $"nodes may only list and watch hypervisors with the field selector {NodeField}={node}",
        "get" or "update" or "patch" or "delete" => IsOn(request, $"hypervisors.{WellKnown.Group}", node) ? null : "nodes may only access their own hypervisors",
        _ => "nodes may not do this to hypervisors",
    };

    /// <summary>Those whose pods are bound to it: they say what its machines are made of.</summary>
    private string? JudgeInstances(RequestInfo request, string node) =>
        request is { Verb: "get", Subresource: "", Name.Length: > 0 }
        && (store.Get(new ObjectKey("virtualmachineinstances.kubevirt.io", request.Namespace, request.Name)) is not { } instance
            || store.ListByOwner(instance.Uid).Items.Any(o => o.Key.Resource == "pods" && o.Fields.GetValueOrDefault(NodeField) == node))
            ? null
            : "nodes may only get the instances of their own pods";

    private string? JudgeReferences(RequestInfo request, string node)
    {
        if (request.Verb != "get" || request.Name.Length == 0 || request.Subresource.Length > 0)
        {
            return $"nodes may only get single {request.Resource}, which their pods refer to";
        }

        bool secret = request.Resource == "secrets";
        return store.ListByField("pods", NodeField, node).Items.Any(pod =>
            pod.Key.Namespace == request.Namespace && PodReferences.Has(pod.Json, secret, request.Name))
            ? null
            : $"no relationship found between node '{node}' and this object";
    }

    private string? JudgeClaims(RequestInfo request, string node) =>
        request is { Verb: "get", Subresource: "", Name.Length: > 0 } && IsMounted(request.Namespace, request.Name, node)
            ? null
            : "nodes may only get single persistentvolumeclaims, which their pods mount";

    /// <summary>
    /// Volumes that its pods mount, to read them; and those whose directories it keeps, whose finalizer it takes off once they are deleted. Which are deleted it
    /// learns from all: where volumes are is no secret.
    /// </summary>
    private string? JudgeVolumes(RequestInfo request, string node)
    {
        if (request is { Verb: "list" or "watch", Subresource: "" })
        {
            return null;
        }

        if (request is not { Verb: "get" or "patch" or "update", Subresource: "", Name.Length: > 0 })
        {
            return "nodes may only get single persistentvolumes, which their pods mount, and let go of those that they keep";
        }

        if (store.Get(new ObjectKey("persistentvolumes", "", request.Name)) is not { } volume)
        {
            return request.Verb == "get" ? null : "nodes may only let go of persistentvolumes that they keep";
        }

        string? host = store.Get(new ObjectKey("nodes", "", node))?.Labels.GetValueOrDefault("kubernetes.io/hostname");
        bool isKept = VolumeReferences.IsLocalTo(volume.Json, host ?? node);
        return (isKept && (request.Verb == "get" || volume.IsTerminating))
            || (request.Verb == "get" && VolumeReferences.Claim(volume.Json) is { } claim && IsMounted(claim.Namespace, claim.Name, node))
            ? null
            : $"no relationship found between node '{node}' and this object";
    }

    private bool IsMounted(string ns, string claim, string node) =>
        store.ListByField("pods", NodeField, node).Items.Any(pod => pod.Key.Namespace == ns && PodReferences.Mounts(pod.Json, claim));

    /// <summary>Accounts of its pods: to read them, and to get tokens for those pods, which <see cref="Tokens.TokenRequests"/> checks.</summary>
    private string? JudgeAccounts(RequestInfo request, string node) => request switch
    {
        { Verb: "get", Subresource: "" } or { Verb: "create", Subresource: "token" } when request.Name.Length > 0 =>
            store.ListByField("pods", NodeField, node).Items.Any(pod => pod.Key.Namespace == request.Namespace && PodReferences.UsesAccount(pod.Json, request.Name))
                ? null
                : $"no relationship found between node '{node}' and this object",
        _ => "nodes may only get the service accounts of their pods and tokens for them",
    };

    // An object that is gone may be asked for: agents need to learn that it is, and 404 tells nothing more than that.
    private bool IsOn(RequestInfo request, string resource, string node) =>
        store.Get(new ObjectKey(resource, request.Namespace, request.Name)) is not { } found
        || found.Fields.GetValueOrDefault(NodeField) == node;

    private static string? RequiredField(RequestInfo request, string path) =>
        FieldSelector.TryParse(request.QueryValue("fieldSelector"), out FieldSelector selector, out _) ? selector.Required(path) : null;
}

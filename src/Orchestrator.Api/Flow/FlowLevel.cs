using Orchestrator.Api.Requests;
using Orchestrator.Api.Security;
using Orchestrator.Model;

namespace Orchestrator.Api.Flow;

/// <summary>Kinds of requests that do not take seats from each other, named and weighed as Kubernetes' suggested priority levels.</summary>
/// <param name="Name">For metrics.</param>
/// <param name="Shares">Its part of all seats, against those of the others.</param>
internal sealed record FlowLevel(string Name, int Shares)
{
    /// <summary>Renewals of node Leases and statuses of Nodes: late ones would let sound nodes seem lost.</summary>
    public static readonly FlowLevel NodeHigh = new("node-high", 40);

    /// <summary>All else that agents ask for.</summary>
    public static readonly FlowLevel System = new("system", 30);

    public static readonly FlowLevel LeaderElection = new("leader-election", 10);

    /// <summary>Controllers in kube-system.</summary>
    public static readonly FlowLevel WorkloadHigh = new("workload-high", 40);

    /// <summary>Service accounts.</summary>
    public static readonly FlowLevel WorkloadLow = new("workload-low", 100);

    /// <summary>People, and whoever is left.</summary>
    public static readonly FlowLevel GlobalDefault = new("global-default", 60);

    public static readonly IReadOnlyList<FlowLevel> All = [NodeHigh, System, LeaderElection, WorkloadHigh, WorkloadLow, GlobalDefault];

    private const string ServiceAccounts = "system:serviceaccounts";

    /// <summary>The level of a request; null where it is exempt.</summary>
    public static FlowLevel? Of(UserInfo user, RequestInfo request)
    {
        if (user.IsIn(WellKnown.MastersGroup) || IsProbe(request) || IsLongRunning(request))
        {
            return null;
        }

        if (NodeIdentity.NodeName(user) is not null)
        {
            return request is { Resource: "nodes" } or { Resource: "leases" } ? NodeHigh : System;
        }

        if (user.Name.StartsWith("system:kube-", StringComparison.Ordinal) || user.IsIn(ServiceAccounts + ":kube-system"))
        {
            return request is { Resource: "leases", Verb: "get" or "create" or "update" } ? LeaderElection : WorkloadHigh;
        }

        return user.IsIn(ServiceAccounts) ? WorkloadLow : GlobalDefault;
    }

    /// <summary>Streams last as long as their client wants and hold no seat; watches have a limit of their own, and hold one while they send what there is.</summary>
    private static bool IsLongRunning(RequestInfo request) =>
        request.IsResource && request.Subresource.Length > 0
        && request.Subresource.Split('/')[0] is "attach" or "exec" or "log" or "portforward" or "proxy";

    private static bool IsProbe(RequestInfo request) =>
        !request.IsResource && (IsAt(request.Path, "/healthz") || IsAt(request.Path, "/livez") || IsAt(request.Path, "/readyz"));

    private static bool IsAt(string path, string root) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
}

using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Flow;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Security;
using Orchestrator.Model.Kinds;

namespace Orchestrator.UnitTests.Api.Flow;

public sealed class FlowLevelTests
{
    private static readonly UserInfo Agent = new("system:node:n1", ["system:nodes", "system:authenticated"]);
    private static readonly UserInfo Person = new("jane", ["system:authenticated"]);
    private static readonly UserInfo Admin = new("admin", ["system:masters", "system:authenticated"]);

    [Fact]
    public void Heartbeats_of_nodes_have_seats_of_their_own()
    {
        Assert.Same(FlowLevel.NodeHigh, Of(Agent, "PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1"));
        Assert.Same(FlowLevel.NodeHigh, Of(Agent, "PATCH", "/api/v1/nodes/n1/status"));
        Assert.Same(FlowLevel.System, Of(Agent, "GET", "/api/v1/pods"));
        Assert.Same(FlowLevel.GlobalDefault, Of(new UserInfo("system:node:n1", []), "PATCH", "/api/v1/nodes/n1/status"));
    }

    [Fact]
    public void Administrators_probes_and_streams_need_no_seat()
    {
        Assert.Null(Of(Admin, "GET", "/api/v1/pods"));
        Assert.Null(Of(Person, "GET", "/readyz"));
        Assert.Null(Of(Person, "GET", "/livez/ping"));
        Assert.Null(Of(Person, "GET", "/api/v1/namespaces/a/pods/b/log"));
        Assert.Null(Of(Person, "POST", "/api/v1/namespaces/a/pods/b/exec"));
        Assert.Same(FlowLevel.GlobalDefault, Of(Person, "GET", "/readyzzz"));
    }

    [Fact]
    public void Service_accounts_are_apart_from_people_and_those_of_the_system_from_others()
    {
        var system = new UserInfo("system:serviceaccount:kube-system:x", ["system:serviceaccounts", "system:serviceaccounts:kube-system"]);
        var other = new UserInfo("system:serviceaccount:default:x", ["system:serviceaccounts", "system:serviceaccounts:default"]);

        Assert.Same(FlowLevel.WorkloadHigh, Of(system, "GET", "/api/v1/pods"));
        Assert.Same(FlowLevel.LeaderElection, Of(system, "PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x"));
        Assert.Same(FlowLevel.WorkloadLow, Of(other, "GET", "/api/v1/pods"));
        Assert.Same(FlowLevel.GlobalDefault, Of(Person, "GET", "/api/v1/pods"));
    }

    private static FlowLevel? Of(UserInfo user, string method, string path) =>
        FlowLevel.Of(user, RequestPath.Parse(BuiltInKinds.Registry(), method, path, new QueryCollection()));
}

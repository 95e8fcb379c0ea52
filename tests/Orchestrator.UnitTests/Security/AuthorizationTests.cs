using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Authorization;
using Orchestrator.Model.Kinds;

namespace Orchestrator.UnitTests.Security;

public sealed class AuthorizationTests
{
    private static readonly KindRegistry Kinds = BuiltInKinds.Registry();

    private static readonly UserInfo Node = new("system:node:n1", ["system:nodes", "system:authenticated"]);
    private static readonly UserInfo Admin = new("root", ["system:masters"]);
    private static readonly UserInfo Anybody = new("alice", ["dev", "system:authenticated"]);

    private static readonly FixedStore Store = new(
        ("pods", "{metadata: {name: mine, namespace: default}, spec: {nodeName: n1, containers: [{env: [{valueFrom: {secretKeyRef: {name: env-secret}}}], envFrom: [{configMapRef: {name: env-map}}]}], volumes: [{persistentVolumeClaim: {claimName: claim}}, {secret: {secretName: vol-secret}}, {configMap: {name: vol-map}}, {projected: {sources: [{secret: {name: proj-secret}}, {configMap: {name: proj-map}}]}}]}}"),
        ("pods", "{metadata: {name: theirs, namespace: default}, spec: {nodeName: n2, volumes: [{secret: {secretName: their-secret}}]}}"),
        ("pods", "{metadata: {name: unbound, namespace: default}, spec: {volumes: [{secret: {secretName: unbound-secret}}]}}"),
        ("hypervisors.orchestrator.dev", "{metadata: {name: n1-kvm}, spec: {nodeName: n1}}"),
        ("hypervisors.orchestrator.dev", "{metadata: {name: n1-x-kvm}, spec: {nodeName: n1-x}}"));

    [Theory]
    [InlineData("POST", "/api/v1/nodes", true)]
    [InlineData("GET", "/api/v1/nodes/n1", true)]
    [InlineData("PATCH", "/api/v1/nodes/n1/status", true)]
    [InlineData("PUT", "/api/v1/nodes/n1", true)]
    [InlineData("DELETE", "/api/v1/nodes/n1", false)]
    [InlineData("GET", "/api/v1/nodes/n2", false)]
    [InlineData("PATCH", "/api/v1/nodes/n2/status", false)]
    [InlineData("GET", "/api/v1/nodes", true)]
    [InlineData("GET", "/api/v1/nodes?watch=true&fieldSelector=metadata.name%3Dn1", true)]
    [InlineData("GET", "/api/v1/nodes?fieldSelector=metadata.name%3Dn2", true)]
    [InlineData("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1", true)]
    [InlineData("GET", "/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1,status.phase!%3DFailed", true)]
    [InlineData("GET", "/api/v1/pods?fieldSelector=spec.nodeName!%3Dn1", false)]
    [InlineData("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn2", false)]
    [InlineData("GET", "/api/v1/pods", false)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/mine", true)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/theirs", false)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/unbound", false)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/gone", true)]
    [InlineData("PATCH", "/api/v1/namespaces/default/pods/mine/status", true)]
    [InlineData("PATCH", "/api/v1/namespaces/default/pods/theirs/status", false)]
    [InlineData("PATCH", "/api/v1/namespaces/default/pods/mine", false)]
    [InlineData("DELETE", "/api/v1/namespaces/default/pods/mine", true)]
    [InlineData("DELETE", "/api/v1/namespaces/default/pods/theirs", false)]
    [InlineData("DELETE", "/api/v1/namespaces/default/pods", false)]
    [InlineData("POST", "/api/v1/namespaces/default/pods", false)]
    [InlineData("POST", "/api/v1/namespaces/default/pods/unbound/binding", false)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/theirs/log", false)]
    [InlineData("GET", "/api/v1/namespaces/default/persistentvolumeclaims/claim", true)]
    [InlineData("GET", "/api/v1/namespaces/default/persistentvolumeclaims/other", false)]
    [InlineData("GET", "/api/v1/namespaces/default/persistentvolumeclaims", false)]
    [InlineData("GET", "/api/v1/persistentvolumes", true)]
    [InlineData("DELETE", "/api/v1/persistentvolumes/any", false)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets/env-secret", true)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets/vol-secret", true)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets/proj-secret", true)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets/their-secret", false)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets/unbound-secret", false)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets/env-map", false)]
    [InlineData("GET", "/api/v1/namespaces/other/secrets/env-secret", false)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets", false)]
    [InlineData("PUT", "/api/v1/namespaces/default/secrets/env-secret", false)]
    [InlineData("GET", "/api/v1/namespaces/default/configmaps/env-map", true)]
    [InlineData("GET", "/api/v1/namespaces/default/configmaps/vol-map", true)]
    [InlineData("GET", "/api/v1/namespaces/default/configmaps/proj-map", true)]
    [InlineData("GET", "/api/v1/namespaces/default/configmaps/vol-secret", false)]
    [InlineData("POST", "/api/v1/namespaces/default/events", true)]
    [InlineData("PATCH", "/api/v1/namespaces/default/events/e", true)]
    [InlineData("GET", "/api/v1/namespaces/default/events", false)]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1", true)]
    [InlineData("POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", true)]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n2", false)]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/n1", false)]
    [InlineData("PATCH", "/apis/orchestrator.dev/v1/hypervisors/n1-kvm/status", true)]
    [InlineData("PATCH", "/apis/orchestrator.dev/v1/hypervisors/n1-x-kvm/status", false)]
    [InlineData("POST", "/apis/orchestrator.dev/v1/hypervisors", true)]
    [InlineData("GET", "/apis/orchestrator.dev/v1/hypervisors?fieldSelector=spec.nodeName%3Dn1", true)]
    [InlineData("GET", "/apis/orchestrator.dev/v1/hypervisors", false)]
    [InlineData("GET", "/apis/node.k8s.io/v1/runtimeclasses?watch=true", true)]
    [InlineData("POST", "/apis/node.k8s.io/v1/runtimeclasses", false)]
    [InlineData("GET", "/api/v1/namespaces", true)]
    [InlineData("GET", "/api/v1/namespaces/default/serviceaccounts/default", false)]
    [InlineData("GET", "/metrics", false)]
    public async Task An_agent_may_do_what_its_own_node_needs_and_no_more(string method, string path, bool allowed) =>
        Assert.Equal(allowed, (await new NodeAuthorizer(Store).AuthorizeAsync(Node, Request(method, path), default)).Allowed);

    [Fact]
    public async Task Name_or_group_alone_make_no_node()
    {
        RequestInfo request = Request("GET", "/api/v1/nodes/n1");
        var authorizer = new NodeAuthorizer(Store);
        Assert.False((await authorizer.AuthorizeAsync(new UserInfo("system:node:n1", ["dev"]), request, default)).Allowed);
        Assert.False((await authorizer.AuthorizeAsync(new UserInfo("alice", ["system:nodes"]), request, default)).Allowed);
        Assert.False((await authorizer.AuthorizeAsync(new UserInfo("system:node:", ["system:nodes"]), request, default)).Allowed);
    }

    [Fact]
    public async Task Administrators_may_do_everything_and_others_gain_nothing_from_that_rule()
    {
        RequestInfo request = Request("DELETE", "/api/v1/namespaces/default/secrets");
        Assert.True((await new MastersAuthorizer().AuthorizeAsync(Admin, request, default)).Allowed);
        Assert.False((await new MastersAuthorizer().AuthorizeAsync(Anybody, request, default)).Allowed);
    }

    private static RequestInfo Request(string method, string url)
    {
        int mark = url.IndexOf('?', StringComparison.Ordinal);
        string path = mark < 0 ? url : url[..mark];
        var query = new QueryCollection(QueryHelpers.ParseQuery(mark < 0 ? "" : url[mark..]));
        return RequestPath.Parse(Kinds, method, path, query);
    }
}

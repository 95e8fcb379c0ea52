using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Orchestrator.Api.Requests;
using Orchestrator.Model.Kinds;

namespace Orchestrator.UnitTests.Api.Requests;

public sealed class RequestPathTests
{
    private static readonly KindRegistry Kinds = BuiltInKinds.Registry();

    [Theory]
    [InlineData("GET", "/api/v1/pods", "list", "", "pods", "", "")]
    [InlineData("GET", "/api/v1/pods?watch=true", "watch", "", "pods", "", "")]
    [InlineData("GET", "/api/v1/pods?watch=false", "list", "", "pods", "", "")]
    [InlineData("GET", "/api/v1/namespaces/a/pods/b", "get", "a", "pods", "b", "")]
    [InlineData("HEAD", "/api/v1/namespaces/a/pods/b", "get", "a", "pods", "b", "")]
    [InlineData("POST", "/api/v1/namespaces/a/pods/b/binding", "create", "a", "pods", "b", "binding")]
    [InlineData("PATCH", "/apis/coordination.k8s.io/v1/namespaces/a/leases/b", "patch", "a", "leases", "b", "")]
    [InlineData("DELETE", "/api/v1/namespaces/a/pods", "deletecollection", "a", "pods", "", "")]
    [InlineData("DELETE", "/api/v1/nodes/n", "delete", "", "nodes", "n", "")]
    [InlineData("GET", "/api/v1/namespaces", "list", "", "namespaces", "", "")]
    [InlineData("GET", "/api/v1/namespaces/a", "get", "", "namespaces", "a", "")]
    [InlineData("POST", "/api/v1/namespaces/a/pods/https:b:443/proxy/c/d", "create", "a", "pods", "https:b:443", "proxy")]
    [InlineData("GET", "/api/v1/nodes/proxy/proxy", "get", "", "nodes", "proxy", "proxy")]
    [InlineData("PUT", "/api/v1/namespaces/a/status", "update", "", "namespaces", "a", "status")]
    [InlineData("PUT", "/api/v1/namespaces/a/finalize", "update", "", "namespaces", "a", "finalize")]
    public void Resource_paths_name_verb_object_and_subresource(
        string method, string target, string verb, string ns, string resource, string name, string subresource)
    {
        var request = Parse(method, target);

        Assert.True(request.IsResource);
        Assert.Equal((verb, ns, resource, name, subresource), (request.Verb, request.Namespace, request.Resource, request.Name, request.Subresource));
        Assert.Equal(resource, request.Kind?.Plural);
    }

    [Theory]
    [InlineData("/version")]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData("/apis/coordination.k8s.io")]
    [InlineData("/apis/coordination.k8s.io/v1")]
    [InlineData("/healthz/ping")]
    [InlineData("/")]
    public void Other_paths_name_no_resource(string path)
    {
        var request = Parse("GET", path);

        Assert.False(request.IsResource);
        Assert.Equal("get", request.Verb);
        Assert.Null(request.Kind);
    }

    [Fact]
    public void Unknown_resources_have_no_kind_but_can_be_authorized()
    {
        var request = Parse("GET", "/apis/example.com/v1/namespaces/a/things/b");

        Assert.True(request.IsResource);
        Assert.Null(request.Kind);
        Assert.Equal(("example.com", "v1", "things"), (request.Group, request.Version, request.Resource));
    }

    [Theory]
    [InlineData("?pretty", true)]
    [InlineData("?pretty=true", true)]
    [InlineData("?pretty=1", true)]
    [InlineData("?pretty=false", false)]
    [InlineData("?pretty=0", false)]
    [InlineData("", false)]
    public void Flags_are_read_as_kubernetes_reads_booleans(string query, bool expected) =>
        Assert.Equal(expected, Parse("GET", "/api/v1/pods" + query).QueryFlag("pretty"));

    private static RequestInfo Parse(string method, string target)
    {
        var at = target.IndexOf('?', StringComparison.Ordinal);
        var query = at < 0 ? [] : QueryHelpers.ParseQuery(target[at..]);
        return RequestPath.Parse(Kinds, method, at < 0 ? target : target[..at], new QueryCollection(query));
    }
}

using Orchestrator.Api.Subresources.Proxies;

namespace Orchestrator.UnitTests.Api.Subresources;

public sealed class ProxyTests
{
    [Theory]
    [InlineData("web", "http", "web", "")]
    [InlineData("web:8080", "http", "web", "8080")]
    [InlineData("https:web:", "https", "web", "")]
    [InlineData("http:web:admin", "http", "web", "admin")]
    [InlineData(":web:80", "http", "web", "80")]
    public void Names_may_carry_scheme_and_port(string text, string scheme, string name, string port) =>
        Assert.Equal(new ProxyTarget(scheme, name, port), ProxyTarget.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("web:")]
    [InlineData(":80")]
    [InlineData("ftp:web:21")]
    [InlineData("a:b:c:d")]
    public void Other_names_are_refused(string text) => Assert.Null(ProxyTarget.Parse(text));

    [Theory]
    [InlineData("/api/v1/nodes/n/proxy", "/api/v1/nodes/n/proxy", "", "")]
    [InlineData("/api/v1/nodes/n/proxy/", "/api/v1/nodes/n/proxy", "/", "")]
    [InlineData("/api/v1/nodes/proxy/proxy/stats/proxy?a=%2F", "/api/v1/nodes/proxy/proxy", "/stats/proxy", "?a=%2F")]
    [InlineData("/api/v1/namespaces/proxy/pods/proxy/proxy/a%2Fb//c/?x", "/api/v1/namespaces/proxy/pods/proxy/proxy", "/a%2Fb//c/", "?x")]
    [InlineData("/api/v1/namespaces/a/services/b/proxy?q=/proxy/", "/api/v1/namespaces/a/services/b/proxy", "", "?q=/proxy/")]
    public void What_is_passed_on_begins_after_the_proxy_and_stays_as_it_was_sent(string target, string own, string rest, string query) =>
        Assert.Equal(new RawPath(own, rest, query), RawPath.Of(target));
}

using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Tokens;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class PodTokenTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Issuer _issuer;
    private readonly PodTokens _tokens;

    public PodTokenTests()
    {
        _issuer = new Issuer(_time);
        _tokens = new PodTokens(_issuer, _time, NullLogger<PodTokens>.Instance);
    }

    [Theory]
    [InlineData(3600, 2879, 2880)]
    [InlineData(600, 479, 480)]
    [InlineData(1_000_000, 86_399, 86_400)]
    public async Task A_token_is_renewed_after_four_fifths_of_its_life_or_a_day(long lifetime, int stillSeconds, int dueSeconds)
    {
        Assert.Equal("1", await GetAsync(lifetime));
        _time.Advance(TimeSpan.FromSeconds(stillSeconds));
        Assert.Equal("1", await GetAsync(lifetime));
        _time.Advance(TimeSpan.FromSeconds(dueSeconds - stillSeconds));
        Assert.Equal("2", await GetAsync(lifetime));
        Assert.Equal("2", await GetAsync(lifetime));
    }

    [Fact]
    public async Task A_token_that_cannot_be_renewed_is_used_until_it_expires()
    {
        Assert.Equal("1", await GetAsync(600));
        _issuer.IsDown = true;
        _time.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal("1", await GetAsync(600));
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<IOException>(() => GetAsync(600));
        _issuer.IsDown = false;
        Assert.Equal("2", await GetAsync(600));
    }

    [Fact]
    public async Task Tokens_differ_by_pod_and_audience_and_are_forgotten_with_the_pod()
    {
        Assert.Equal("1", await GetAsync(3600));
        Assert.Equal("2", await GetAsync(3600, audience: "vault"));
        Assert.Equal("3", await GetAsync(3600, uid: "other"));
        Assert.Equal("1", await GetAsync(3600));
        _tokens.Forget("uid");
        Assert.Equal("4", await GetAsync(3600));
        Assert.Equal("3", await GetAsync(3600, uid: "other"));
    }

    [Fact]
    public void The_hosts_file_of_a_pod_on_the_nodes_network_is_the_nodes_with_the_aliases()
    {
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "a" },
            Spec = new V1PodSpec { Containers = [], HostNetwork = true, HostAliases = [new V1HostAlias { Ip = "192.0.2.1", Hostnames = ["x"] }] },
        };
        Assert.Equal("127.0.0.1 me\n\n# From spec.hostAliases.\n192.0.2.1\tx\n", HostsFile.Of(pod, null, new ApiPlace("127.0.0.1", 6443, null), "127.0.0.1 me\n"));
        pod.Spec.HostNetwork = false;
        pod.Spec.Hostname = "named";
        var own = HostsFile.Of(pod, "10.0.0.5", new ApiPlace(ApiAccess.ServiceName, 6443, System.Net.IPAddress.Parse("10.0.0.1")), "127.0.0.1 me\n");
        Assert.DoesNotContain(" me", own, StringComparison.Ordinal);
        Assert.Contains("10.0.0.5\tnamed\n10.0.0.1\tkubernetes.default.svc\tkubernetes.default\tkubernetes\n", own, StringComparison.Ordinal);
    }

    private Task<string> GetAsync(long seconds, string audience = "", string uid = "uid") => _tokens.GetAsync(
        new V1Pod { Metadata = new V1ObjectMeta { Uid = uid, Name = "p", NamespaceProperty = "n" } },
        new V1ServiceAccountTokenProjection { Path = "token", Audience = audience, ExpirationSeconds = seconds },
        TestContext.Current.CancellationToken);

    private sealed class Issuer(TimeProvider time) : ITokenIssuer
    {
        private int _issued;

        public bool IsDown { get; set; }

        public Task<PodToken> IssueAsync(V1Pod pod, string audience, long lifetimeSeconds, CancellationToken cancel) => IsDown
            ? throw new IOException("down")
            : Task.FromResult(new PodToken($"{++_issued}", time.GetUtcNow(), time.GetUtcNow().AddSeconds(lifetimeSeconds)));
    }
}

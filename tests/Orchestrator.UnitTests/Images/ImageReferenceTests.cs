using Orchestrator.Agent.Images;

namespace Orchestrator.UnitTests.Images;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36")]
    [InlineData("grafana/grafana", "docker.io/grafana/grafana:latest")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox:latest")]
    [InlineData("index.docker.io/library/busybox", "docker.io/library/busybox:latest")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("localhost:5000/app:v1", "localhost:5000/app:v1")]
    [InlineData("registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9")]
    [InlineData("registry.example:443/a/b/c", "registry.example:443/a/b/c:latest")]
    [InlineData("busybox@" + Digest, "docker.io/library/busybox@" + Digest)]
    [InlineData("busybox:1@" + Digest, "docker.io/library/busybox:1@" + Digest)]
    public void Becomes_canonical(string text, string canonical) => Assert.Equal(canonical, ImageReference.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("BusyBox")]
    [InlineData("busybox:")]
    [InlineData("a//b")]
    [InlineData("busybox:-1")]
    [InlineData("busybox@sha256:abc")]
    [InlineData("busybox@md5:0123456789abcdef0123456789abcdef")]
    [InlineData("../etc/passwd")]
    [InlineData("https://example.com/app")]
    [InlineData("busybox:1\n")]
    public void Is_refused_with_a_reason(string text)
    {
        Assert.False(ImageReference.TryParse(text, out _, out var error));
        Assert.Contains(text, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Canonical_names_stay_what_they_are()
    {
        var once = ImageReference.Parse("localhost:5000/team/app:v1");
        Assert.Equal(once, ImageReference.Parse(once.ToString()));
    }
}

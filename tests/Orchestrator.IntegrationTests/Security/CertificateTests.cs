using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Cli.NodeAgent;
using Orchestrator.IntegrationTests.Cluster;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Security;

/// <summary>Certificates by CertificateSigningRequests: for users, and for nodes that join.</summary>
public sealed class CertificateTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private static int s_last;

    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task An_approved_request_becomes_a_certificate_and_a_denied_one_does_not(string program)
    {
        Kubectl kubectl = cluster.Server.Kubectl(program);
        using var key = RSA.Create(2048);
        string good = await RequestAsync(new CertificateRequest("O=dev, CN=alice", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), "kubernetes.io/kube-apiserver-client", "client auth");
        string bad = await RequestAsync(new CertificateRequest("CN=mallory", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), "kubernetes.io/kube-apiserver-client", "client auth");
        Assert.Matches($@"{good} +\d+s +kubernetes.io/kube-apiserver-client +kubernetes-admin +60m +Pending", await kubectl.RunAsync("get", "csr", good));
        await kubectl.RunAsync("certificate", "approve", good);
        await kubectl.RunAsync("certificate", "deny", bad);
        string encoded = await Eventually.GetAsync(
            async () => await kubectl.RunAsync("get", "csr", good, "-o", "jsonpath={.status.certificate}") is { Length: > 0 } text ? text : null, "the certificate");
        Assert.Contains("Approved,Issued", await kubectl.RunAsync("get", "csr", good), StringComparison.Ordinal);
        Assert.EndsWith("Denied\n", await kubectl.RunAsync("get", "csr", bad), StringComparison.Ordinal);
        Assert.Equal("", await kubectl.RunAsync("get", "csr", bad, "-o", "jsonpath={.status.certificate}"));

        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(encoded)));
        Assert.InRange((certificate.NotAfter - certificate.NotBefore).TotalMinutes, 60, 70);
        using X509Certificate2 withKey = certificate.CopyWithPrivateKey(key);
        using HttpClient alice = cluster.Server.Http(X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null));
        using HttpResponseMessage refused = await alice.GetAsync(new Uri("/api/v1/nodes", UriKind.Relative));
        Assert.Contains("User \\\"alice\\\" cannot list resource", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_asks_for_an_administrators_certificate_or_approves_without_the_right()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        InvalidOperationException masters = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RequestAsync(new CertificateRequest("O=system:masters, CN=root", key, HashAlgorithmName.SHA256), "kubernetes.io/kube-apiserver-client", "client auth"));
        Assert.Contains("signer with system:masters group is not allowed", masters.Message, StringComparison.Ordinal);

        string name = await RequestAsync(new CertificateRequest("CN=bob", key, HashAlgorithmName.SHA256), "kubernetes.io/kube-apiserver-client", "client auth");
        await cluster.Admin.RunAsync("create", "clusterrole", "csr-writer", "--verb=get,list,update", "--resource=certificatesigningrequests,certificatesigningrequests/approval");
        await cluster.Admin.RunAsync("create", "clusterrolebinding", "csr-writer", "--clusterrole=csr-writer", "--user=eve");
        (_, _, string errors) = await cluster.Admin.TryAsync(null, "certificate", "approve", name, "--as=eve");
        Assert.Contains("user not permitted to approve requests with signerName \"kubernetes.io/kube-apiserver-client\"", errors, StringComparison.Ordinal);

        (_, _, string invalid) = await cluster.Admin.TryAsync(
            "{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: x}, spec: {request: QUJD, signerName: nobody, usages: [flying]}}", "create", "-f", "-");
        Assert.Contains("spec.request: Invalid value", invalid, StringComparison.Ordinal);
        Assert.Contains("must be a fully qualified domain and path", invalid, StringComparison.Ordinal);
        Assert.Contains("spec.usages[0]: Unsupported value: \"flying\"", invalid, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_joins_with_a_bootstrap_token_alone()
    {
        await cluster.Admin.FeedAsync(
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: bootstrap-token-join00, namespace: kube-system}
            type: bootstrap.kubernetes.io/token
            stringData: {token-id: join00, token-secret: 0123456789abcdef, usage-bootstrap-authentication: 'true'}
            """, "create", "-f", "-");
        using var directory = new TemporaryDirectory();
        string authority = cluster.NodeFile("ca.crt");
        var join = new NodeJoin(directory.Path, "joiner", IPAddress.Parse("192.0.2.7"), cluster.Server.Address, authority, TimeProvider.System);
        await join.EnsureAsync("join00.0123456789abcdef", CancellationToken.None);

        var kubectl = new Kubectl(Path.Combine(directory.Path, NodeJoin.KubeconfigFile));
        Assert.Equal("yes", (await kubectl.TryAsync(null, "auth", "can-i", "create", "nodes")).Output.Trim());
        await kubectl.FeedAsync("{apiVersion: v1, kind: Node, metadata: {name: joiner}}", "create", "-f", "-");
        using var serving = X509Certificate2.CreateFromPemFile(Path.Combine(directory.Path, NodeJoin.ServingCertificateFile), Path.Combine(directory.Path, NodeJoin.ServingKeyFile));
        using X509Certificate2 ca = X509CertificateLoader.LoadCertificateFromFile(authority);
        Assert.True(CertificateUse.IsServerOf(ca, serving, TimeProvider.System));
        Assert.True(serving.MatchesHostname("joiner"));
        Assert.True(serving.MatchesHostname("192.0.2.7"));

        // Everything is there: nothing is asked for again, and the token does not matter any more.
        string before = await File.ReadAllTextAsync(Path.Combine(directory.Path, NodeJoin.ServingCertificateFile));
        await join.EnsureAsync("join00.ffffffffffffffff", CancellationToken.None);
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(directory.Path, NodeJoin.ServingCertificateFile)));

        // A stranger's token is refused in words.
        using var elsewhere = new TemporaryDirectory();
        var stranger = new NodeJoin(elsewhere.Path, "stranger", IPAddress.Loopback, cluster.Server.Address, authority, TimeProvider.System);
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => stranger.EnsureAsync("join00.ffffffffffffffff", CancellationToken.None));
        Assert.Contains("does not know the bootstrap token", refused.Message, StringComparison.Ordinal);
        await cluster.Admin.RunAsync("delete", "node", "joiner");
    }

    private async Task<string> RequestAsync(CertificateRequest request, string signer, string usage)
    {
        string name = $"request-{Interlocked.Increment(ref s_last)}";
        string encoded = Convert.ToBase64String(Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
        await cluster.Admin.FeedAsync(
            $"{{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {{name: {name}}}, spec: {{request: {encoded}, signerName: {signer}, usages: [{usage}], expirationSeconds: 3600, username: mallory}}}}",
            "create", "-f", "-");
        return name;
    }
}

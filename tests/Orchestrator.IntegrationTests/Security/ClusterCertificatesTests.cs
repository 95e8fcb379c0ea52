using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Security;

/// <summary>Certificates on a real file system.</summary>
public sealed class ClusterCertificatesTests : IDisposable
{
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("192.0.2.10")];

    private readonly TemporaryDirectory _data = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_first_start_makes_everything_and_a_second_changes_nothing()
    {
        using (Open())
        {
        }

        Dictionary<string, string> first = Files();
        Assert.Equal(
            ["admin.crt", "admin.key", "apiserver-client.crt", "apiserver-client.key", "apiserver.crt", "apiserver.key", "ca.crt", "ca.key", "sa.key"],
            first.Keys.Order(StringComparer.Ordinal));
        using (Open())
        {
        }

        Assert.Equal(first, Files());
    }

    [Fact]
    public void Keys_and_kubeconfig_are_readable_by_their_owner_alone()
    {
        using ClusterCertificates certificates = Open();
        string kubeconfig = certificates.WriteAdminKubeconfig(new Uri("https://192.0.2.10:6443"));
        foreach (string path in Directory.EnumerateFiles(Pki, "*.key").Append(kubeconfig))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Pki));
    }

    [Fact]
    public void The_serving_certificate_names_every_way_to_the_server()
    {
        using ClusterCertificates certificates = Open();
        Assert.True(certificates.Serving.MatchesHostname("localhost"));
        Assert.True(certificates.Serving.MatchesHostname("kubernetes.default.svc"));
        Assert.True(certificates.Serving.MatchesHostname("127.0.0.1"));
        Assert.True(certificates.Serving.MatchesHostname("192.0.2.10"));
        Assert.False(certificates.Serving.MatchesHostname("192.0.2.11"));
    }

    [Fact]
    public void What_is_due_is_renewed_and_the_authority_stays()
    {
        using ClusterCertificates before = Open();
        _time.Advance(TimeSpan.FromDays(310));
        before.Renew();
        using ClusterCertificates after = Open();
        Assert.True(after.Serving.NotAfter > new DateTime(2027, 9, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(before.Serving.Thumbprint, after.Serving.Thumbprint);
        Assert.Equal(before.Authority.Certificate.Thumbprint, after.Authority.Certificate.Thumbprint);
    }

    [Fact]
    public void Another_address_gives_another_serving_certificate()
    {
        using ClusterCertificates before = Open();
        using ClusterCertificates after = ClusterCertificates.Open(_data.Path, [IPAddress.Parse("192.0.2.99")], _time);
        Assert.NotEqual(before.Serving.Thumbprint, after.Serving.Thumbprint);
        Assert.Equal(before.ApiClient.Thumbprint, after.ApiClient.Thumbprint);
    }

    [Theory]
    [InlineData("apiserver.crt", "")]
    [InlineData("apiserver.key", "-----BEGIN PRIVATE KEY-----\ncut off")]
    [InlineData("admin.key", null)]
    public void A_leaf_that_a_crash_or_an_accident_spoiled_is_made_again(string file, string? content)
    {
        using (Open())
        {
        }

        if (content is null)
        {
            File.Delete(Path.Combine(Pki, file));
        }
        else
        {
            File.WriteAllText(Path.Combine(Pki, file), content);
        }

        using ClusterCertificates mended = Open();
        Assert.True(CertificateUse.IsServerOf(mended.Authority.Certificate, mended.Serving, _time));
    }

    [Fact]
    public void An_authority_that_was_interrupted_before_its_certificate_is_completed_with_the_same_key()
    {
        using ClusterCertificates before = Open();
        File.Delete(Path.Combine(Pki, "ca.crt"));
        using ClusterCertificates after = Open();
        Assert.Equal(before.Authority.Certificate.PublicKey.EncodedKeyValue.RawData, after.Authority.Certificate.PublicKey.EncodedKeyValue.RawData);
        Assert.True(CertificateUse.IsServerOf(after.Authority.Certificate, before.Serving, _time));
    }

    [Fact]
    public void An_authority_without_its_key_is_refused_and_not_replaced()
    {
        using (Open())
        {
        }

        string certificate = File.ReadAllText(Path.Combine(Pki, "ca.crt"));
        File.Delete(Path.Combine(Pki, "ca.key"));
        PkiException refusal = Assert.Throws<PkiException>(Open);
        Assert.Contains("ca.key is missing", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(certificate, File.ReadAllText(Path.Combine(Pki, "ca.crt")));
    }

    [Fact]
    public void Certificates_of_another_authority_are_not_believed()
    {
        using ClusterCertificates ours = Open();
        using var elsewhere = new TemporaryDirectory();
        using var theirs = ClusterCertificates.Open(elsewhere.Path, Addresses, _time);
        Assert.False(CertificateUse.IsClientOf(ours.Authority.Certificate, theirs.ApiClient, _time));
        Assert.True(CertificateUse.IsClientOf(ours.Authority.Certificate, ours.ApiClient, _time));

        // A server's certificate is not one for clients.
        Assert.False(CertificateUse.IsClientOf(ours.Authority.Certificate, ours.Serving, _time));
        _time.Advance(TimeSpan.FromDays(366));
        Assert.False(CertificateUse.IsClientOf(ours.Authority.Certificate, ours.ApiClient, _time));
    }

    [Fact]
    public void Node_credentials_identify_the_node_and_stay_when_issued_again()
    {
        using ClusterCertificates certificates = Open();
        string output = Path.Combine(_data.Path, "worker-1");
        Issue(output);
        KubernetesClientConfiguration config = KubernetesClientConfiguration.BuildConfigFromConfigFile(Path.Combine(output, "kubeconfig"));
        Assert.Equal("https://192.0.2.10:6443", config.Host);
        using X509Certificate2 client = X509Certificate2.CreateFromPem(
            System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(config.ClientCertificateData)));
        (string name, IReadOnlyList<string> groups) = CertificateSubject.Read(client.SubjectName);
        Assert.Equal("system:node:worker-1", name);
        Assert.Equal(["system:nodes"], groups);
        Assert.True(CertificateUse.IsClientOf(certificates.Authority.Certificate, client, _time));
        using X509Certificate2 serving = X509Certificate2.CreateFromPemFile(Path.Combine(output, "serving.crt"), Path.Combine(output, "serving.key"));
        Assert.True(serving.MatchesHostname("192.0.2.11"));
        Assert.True(serving.MatchesHostname("worker-1"));

        string before = File.ReadAllText(Path.Combine(output, "kubeconfig"));
        Issue(output);
        Assert.Equal(before, File.ReadAllText(Path.Combine(output, "kubeconfig")));
    }

    [Fact]
    public void Node_credentials_need_a_server_s_authority_and_a_good_name()
    {
        string output = Path.Combine(_data.Path, "out");
        PkiException noServer = Assert.Throws<PkiException>(() => Issue(output));
        Assert.Contains("start the server once", noServer.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Pki));
        using ClusterCertificates certificates = Open();
        Assert.Throws<PkiException>(() =>
            NodeCredentials.Issue(_data.Path, "../x", IPAddress.Loopback, new Uri("https://192.0.2.10:6443"), output, _time));
    }

    [Fact]
    public void Organizations_in_one_relative_distinguished_name_are_all_read()
    {
        // What Go's libraries make of two groups: one SET with two attributes.
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSetOf())
            {
                foreach (string group in new[] { "one", "two" })
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("2.5.4.10");
                        writer.WriteCharacterString(System.Formats.Asn1.UniversalTagNumber.UTF8String, group);
                    }
                }
            }

            using (writer.PushSetOf())
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("2.5.4.3");
                writer.WriteCharacterString(System.Formats.Asn1.UniversalTagNumber.PrintableString, "user");
            }
        }

        (string name, IReadOnlyList<string> groups) = CertificateSubject.Read(new X500DistinguishedName(writer.Encode()));
        Assert.Equal("user", name);
        Assert.Equal(["one", "two"], groups.Order(StringComparer.Ordinal));
    }

    private string Pki => ClusterCertificates.PkiDirectory(_data.Path);

    private ClusterCertificates Open() => ClusterCertificates.Open(_data.Path, Addresses, _time);

    private void Issue(string output) =>
        NodeCredentials.Issue(_data.Path, "worker-1", IPAddress.Parse("192.0.2.11"), new Uri("https://192.0.2.10:6443"), output, _time);

    private Dictionary<string, string> Files() => Directory.EnumerateFiles(Pki)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetFileName(f)!, File.ReadAllText, StringComparer.Ordinal);
}

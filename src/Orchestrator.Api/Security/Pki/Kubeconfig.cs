using System.Text;

namespace Orchestrator.Api.Security.Pki;

/// <summary>A kubeconfig (<c>client.authentication.k8s.io</c> v1 Config) with everything inside, so that the one file can be carried elsewhere.</summary>
/// <param name="Server">URL of the API.</param>
/// <param name="User">Name of the entry for the user.</param>
/// <param name="CaPem">Certificate of the authority.</param>
/// <param name="CertificatePem">The user's certificate.</param>
/// <param name="KeyPem">The user's key.</param>
public sealed record Kubeconfig(Uri Server, string User, string CaPem, string CertificatePem, string KeyPem)
{
    private const string Cluster = "orchestrator";

    /// <summary>The file's text. Holds a key: write it 0600.</summary>
    public string ToYaml() =>
        $"""
        apiVersion: v1
        kind: Config
        current-context: {User}@{Cluster}
        clusters:
        - name: {Cluster}
          cluster:
            server: {Server.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Encode(CaPem)}
        contexts:
        - name: {User}@{Cluster}
          context:
            cluster: {Cluster}
            user: {User}
        users:
        - name: {User}
          user:
            client-certificate-data: {Encode(CertificatePem)}
            client-key-data: {Encode(KeyPem)}

        """;

    private static string Encode(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
}

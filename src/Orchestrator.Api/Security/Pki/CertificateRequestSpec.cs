using System.Net;

namespace Orchestrator.Api.Security.Pki;

/// <summary>What a certificate is to say.</summary>
/// <param name="CommonName">CN: of a client certificate the user's name.</param>
/// <param name="Organizations">O: of a client certificate the user's groups.</param>
/// <param name="ForServer">True for TLS servers, false for clients.</param>
/// <param name="DnsNames">Names that the server is reached by.</param>
/// <param name="Addresses">Addresses that the server is reached by.</param>
public sealed record CertificateRequestSpec(
    string CommonName,
    IReadOnlyList<string> Organizations,
    bool ForServer,
    IReadOnlyList<string> DnsNames,
    IReadOnlyList<IPAddress> Addresses)
{
    public static CertificateRequestSpec Client(string commonName, params IReadOnlyList<string> organizations) =>
        new(commonName, organizations, ForServer: false, [], []);

    public static CertificateRequestSpec Server(string commonName, IEnumerable<string> dnsNames, IEnumerable<IPAddress> addresses) =>
        new(commonName, [], ForServer: true, [.. dnsNames.Distinct(StringComparer.OrdinalIgnoreCase)], [.. addresses.Distinct()]);
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Api.Security.Pki;

/// <summary>Whether a certificate of somebody else may be believed.</summary>
public static class CertificateUse
{
    internal static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    internal static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>True where the certificate is for clients, now valid, and signed by this authority; the machine's own trust store counts for nothing.</summary>
    public static bool IsClientOf(X509Certificate2 authority, X509Certificate2 certificate, TimeProvider time) =>
        IsSignedBy(authority, certificate, ClientAuthentication, time);

    /// <summary>As <see cref="IsClientOf"/> for certificates of TLS servers; the server's name is not looked at.</summary>
    public static bool IsServerOf(X509Certificate2 authority, X509Certificate2 certificate, TimeProvider time) =>
        IsSignedBy(authority, certificate, ServerAuthentication, time);

    private static bool IsSignedBy(X509Certificate2 authority, X509Certificate2 certificate, Oid use, TimeProvider time)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(use);
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        return chain.Build(certificate);
    }
}

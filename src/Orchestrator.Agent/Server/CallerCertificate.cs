using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Agent.Server;

/// <summary>Who may call the agent: only the API server, by its client certificate from the cluster's own authority.</summary>
public sealed class CallerCertificate(X509Certificate2 authority, string commonName)
{
    /// <summary>Client authentication, RFC 5280 extended key usage.</summary>
    private static readonly System.Security.Cryptography.Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Whether the certificate was issued by the authority, for clients, in the expected name, and is in its time.</summary>
    public bool IsAllowed(X509Certificate2? certificate)
    {
        if (certificate is null || certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != commonName)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);
        return chain.Build(certificate);
    }
}

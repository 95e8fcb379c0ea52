using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Api.Security.Pki;

/// <summary>The cluster's own certificate authority (ECDSA P-256): signs every certificate that server, agents and administrators use.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private const int SerialBytes = 16;

    private static readonly TimeSpan CaLifetime = TimeSpan.FromDays(3650);
    internal static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);

    // Clocks of other machines may be behind.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;

    public CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        Certificate = certificate;
        _time = time;
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    public string CertificatePem => Certificate.ExportCertificatePem();

    /// <summary>Makes a self-signed authority from a key.</summary>
    public static X509Certificate2 SelfSign(ECDsa key, TimeProvider time)
    {
        var request = new CertificateRequest("CN=orchestrator-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset now = time.GetUtcNow();
        return request.CreateSelfSigned(now - ClockSkew, now + CaLifetime);
    }

    /// <summary>Signs a certificate for a new key; the result carries the key.</summary>
    public X509Certificate2 Issue(CertificateRequestSpec spec)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 bare = Sign(new PublicKey(key), spec, LeafLifetime);
        return bare.CopyWithPrivateKey(key);
    }

    /// <summary>Signs a certificate for a key that somebody else has.</summary>
    /// <param name="key">The public key.</param>
    /// <param name="spec">What the certificate is to say.</param>
    /// <param name="lifetime">How long it is to last; it never outlasts the authority.</param>
    public X509Certificate2 Sign(PublicKey key, CertificateRequestSpec spec, TimeSpan lifetime)
    {
        var request = new CertificateRequest(Subject(spec), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(KeyUsage(key), critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([spec.ForServer ? CertificateUse.ServerAuthentication : CertificateUse.ClientAuthentication], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (spec.ForServer)
        {
            request.CertificateExtensions.Add(AlternativeNames(spec));
        }

        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset end = now + lifetime;
        var caEnd = new DateTimeOffset(Certificate.NotAfter);
        byte[] serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7F;

        // By a generator, because the key of the certificate may be of another kind than the authority's.
        using ECDsa own = Certificate.GetECDsaPrivateKey() ?? throw new PkiException("the authority has no ECDSA key");
        return request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(own), now - ClockSkew, end < caEnd ? end : caEnd, serial);
    }

    public void Dispose() => Certificate.Dispose();

    // RSA keys also encipher, for TLS versions before 1.3.
    private static X509KeyUsageFlags KeyUsage(PublicKey key) =>
        key.Oid.Value == "1.2.840.113549.1.1.1" ? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.DigitalSignature;

    private static X500DistinguishedName Subject(CertificateRequestSpec spec)
    {
        var builder = new X500DistinguishedNameBuilder();
        foreach (string organization in spec.Organizations)
        {
            builder.AddOrganizationName(organization);
        }

        builder.AddCommonName(spec.CommonName);
        return builder.Build();
    }

    private static X509Extension AlternativeNames(CertificateRequestSpec spec)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (string name in spec.DnsNames)
        {
            names.AddDnsName(name);
        }

        foreach (IPAddress address in spec.Addresses)
        {
            names.AddIpAddress(address);
        }

        return names.Build();
    }
}

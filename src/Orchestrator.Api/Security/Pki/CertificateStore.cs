using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Api.Security.Pki;

/// <summary>
/// Certificates with their keys as PEM files <c>NAME.crt</c> and <c>NAME.key</c> in one directory. What is missing, about to expire, or no longer
/// says what it should is issued again; the authority alone is never replaced, because everything that trusts the cluster trusts it.
/// </summary>
public sealed class CertificateStore
{
    internal const string AuthorityName = "ca";

    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);

    private readonly string _directory;
    private readonly TimeProvider _time;

    public CertificateStore(string directory, TimeProvider time)
    {
        _directory = directory;
        _time = time;
        Directory.CreateDirectory(directory, DurableFile.PrivateDirectory);
    }

    public string CertificatePath(string name) => Path.Combine(_directory, name + ".crt");

    public string KeyPath(string name) => Path.Combine(_directory, name + ".key");

    /// <summary>The authority, made on first use.</summary>
    /// <exception cref="PkiException">Its key is lost, does not belong to it, or it has expired.</exception>
    public CertificateAuthority OpenAuthority()
    {
        string certificatePath = CertificatePath(AuthorityName);
        string keyPath = KeyPath(AuthorityName);
        if (!File.Exists(certificatePath))
        {
            CreateAuthority(certificatePath, keyPath);
        }

        if (!File.Exists(keyPath))
        {
            throw new PkiException($"{keyPath} is missing: restore it, or delete {certificatePath} too for a new authority, after which every kubeconfig and every node needs new certificates");
        }

        X509Certificate2 authority = Load(AuthorityName)
            ?? throw new PkiException($"{certificatePath} and {keyPath} cannot be read or do not belong together: restore them from a backup");
        if (new DateTimeOffset(authority.NotAfter) <= _time.GetUtcNow())
        {
            throw new PkiException($"{certificatePath} expired on {authority.NotAfter:u}: delete it to renew the authority with the same key");
        }

        return new CertificateAuthority(authority, _time);
    }

    /// <summary>The certificate under the name, issued now unless a good one is there.</summary>
    public X509Certificate2 Ensure(CertificateAuthority authority, string name, CertificateRequestSpec spec)
    {
        if (Load(name) is { } existing)
        {
            if (IsGood(existing, authority, spec))
            {
                return existing;
            }

            existing.Dispose();
        }

        X509Certificate2 issued = authority.Issue(spec);
        using ECDsa key = issued.GetECDsaPrivateKey()!;

        // The key first: a certificate without its key would look like a pair that does not fit, and be issued again, which is harmless either way.
        DurableFile.Write(KeyPath(name), key.ExportPkcs8PrivateKeyPem() + "\n", DurableFile.Private);
        DurableFile.Write(CertificatePath(name), issued.ExportCertificatePem() + "\n", DurableFile.Public);
        return issued;
    }

    /// <summary>A key of its own (ECDSA P-256) under the name, made on first use and never replaced: what it has signed stays valid.</summary>
    /// <exception cref="PkiException">The file is no key.</exception>
    public ECDsa OpenKey(string name)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string path = KeyPath(name);
        if (!File.Exists(path))
        {
            DurableFile.Write(path, key.ExportPkcs8PrivateKeyPem() + "\n", DurableFile.Private);
            return key;
        }

        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new PkiException($"{path} holds no key: restore it from a backup, or delete it, after which every token that it signed is void", e);
        }
    }

    private void CreateAuthority(string certificatePath, string keyPath)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(keyPath))
        {
            // A first start that was cut short, or a renewal: the key stays, so that what was signed by it stays valid.
            key.ImportFromPem(File.ReadAllText(keyPath));
        }
        else
        {
            DurableFile.Write(keyPath, key.ExportPkcs8PrivateKeyPem() + "\n", DurableFile.Private);
        }

        using X509Certificate2 certificate = CertificateAuthority.SelfSign(key, _time);
        DurableFile.Write(certificatePath, certificate.ExportCertificatePem() + "\n", DurableFile.Public);
    }

    // Null where the pair is missing, unreadable, or does not fit.
    private X509Certificate2? Load(string name)
    {
        if (!File.Exists(CertificatePath(name)) || !File.Exists(KeyPath(name)))
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(CertificatePath(name), KeyPath(name));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private bool IsGood(X509Certificate2 certificate, CertificateAuthority authority, CertificateRequestSpec spec)
    {
        bool fresh = new DateTimeOffset(certificate.NotAfter) - _time.GetUtcNow() > RenewBefore;
        bool ours = spec.ForServer
            ? CertificateUse.IsServerOf(authority.Certificate, certificate, _time)
            : CertificateUse.IsClientOf(authority.Certificate, certificate, _time);
        (string name, IReadOnlyList<string> organizations) = CertificateSubject.Read(certificate.SubjectName);
        return fresh && ours && name == spec.CommonName && organizations.Order(StringComparer.Ordinal).SequenceEqual(spec.Organizations.Order(StringComparer.Ordinal))
            && (!spec.ForServer || NamesMatch(certificate, spec));
    }

    private static bool NamesMatch(X509Certificate2 certificate, CertificateRequestSpec spec)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is not null
            && names.EnumerateDnsNames().ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(spec.DnsNames)
            && new HashSet<IPAddress>(names.EnumerateIPAddresses()).SetEquals(spec.Addresses);
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Certificates;

/// <summary>A CertificateSigningRequest, read: who asks whom for which certificate.</summary>
internal sealed record SigningRequest
{
    public const string Group = "certificates.k8s.io";
    public const string Resource = "certificatesigningrequests." + Group;

    public required string Signer { get; init; }

    public required UserInfo Requestor { get; init; }

    public required IReadOnlyList<string> Usages { get; init; }

    public required string CommonName { get; init; }

    public required IReadOnlyList<string> Organizations { get; init; }

    public required IReadOnlyList<string> DnsNames { get; init; }

    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>True where the request names mail addresses or URIs.</summary>
    public required bool HasOtherNames { get; init; }

    public required PublicKey Key { get; init; }

    public TimeSpan? Duration { get; init; }

    /// <summary>Null where the request in the object cannot be read.</summary>
    public static SigningRequest? Read(JsonObject obj)
    {
        var spec = obj.Child("spec");
        try
        {
            var pem = Encoding.UTF8.GetString(Convert.FromBase64String(spec.Text("request") ?? ""));
            var request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            return Read(spec, request);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static SigningRequest Read(JsonObject? spec, CertificateRequest request)
    {
        var (name, organizations) = CertificateSubject.Read(request.SubjectName);
        var names = request.CertificateExtensions.FirstOrDefault(e => e.Oid?.Value == "2.5.29.17") is { } raw
            ? new X509SubjectAlternativeNameExtension(raw.RawData)
            : null;
        string[] dnsNames = [.. names?.EnumerateDnsNames() ?? []];
        IPAddress[] addresses = [.. names?.EnumerateIPAddresses() ?? []];
        return new SigningRequest
        {
            Signer = spec.Text("signerName") ?? "",
            Requestor = new UserInfo(spec.Text("username") ?? "", [.. spec.Texts("groups")]) { Uid = spec.Text("uid") ?? "" },
            Usages = [.. spec.Texts("usages")],
            CommonName = name,
            Organizations = organizations,
            DnsNames = dnsNames,
            Addresses = addresses,
            HasOtherNames = names is not null && Count(names) > dnsNames.Length + addresses.Length,
            Key = request.PublicKey,
            Duration = spec.Integer("expirationSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private static int Count(X509SubjectAlternativeNameExtension names)
    {
        var reader = new System.Formats.Asn1.AsnReader(names.RawData, System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        var count = 0;
        for (; reader.HasData; count++)
        {
            reader.ReadEncodedValue();
        }

        return count;
    }
}

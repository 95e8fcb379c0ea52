using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>CertificateSigningRequests: the request is one, signed by its own key; signer and usages are named.</summary>
internal sealed class SigningRequestRules : IKindRules
{
    private const int MinSeconds = 600;

    private static readonly string[] Usages =
    [
        "signing", "digital signature", "content commitment", "key encipherment", "key agreement", "data encipherment", "cert sign", "crl sign",
        "encipher only", "decipher only", "any", "server auth", "client auth", "code signing", "email protection", "s/mime", "ipsec end system",
        "ipsec tunnel", "ipsec user", "timestamping", "ocsp signing", "microsoft sgc", "netscape sgc",
    ];

    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        if (old is not null)
        {
            // The specification is what was asked when it was asked; it does not change.
            Immutability.ValidateMember(obj, old, errors, null, "spec");
            return;
        }

        JsonObject? spec = obj.Child("spec");
        if (RequestFault(spec.Text("request")) is { } fault)
        {
            errors.Add(FieldError.Invalid("spec.request", "<request>", fault));
        }

        errors.CheckRequired("spec.signerName", spec.Text("signerName"), SignerName);
        if (spec.Array("usages") is not { Count: > 0 })
        {
            errors.Add(FieldError.Required("spec.usages"));
        }

        foreach ((string usage, int i) in spec.Texts("usages").Select((u, i) => (u, i)))
        {
            if (!Usages.Contains(usage))
            {
                errors.Add(FieldError.NotSupported($"spec.usages[{i}]", usage, Usages));
            }
        }

        if (spec.Integer("expirationSeconds") is { } seconds and < MinSeconds)
        {
            errors.Add(FieldError.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 600 seconds (10 minutes)"));
        }
    }

    private static string? RequestFault(string? base64)
    {
        try
        {
            CertificateRequest.LoadSigningRequestPem(Encoding.UTF8.GetString(Convert.FromBase64String(base64 ?? "")), HashAlgorithmName.SHA256);
            return null;
        }
        catch (FormatException)
        {
            return "must be base64";
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            return "must be one PEM block of the type CERTIFICATE REQUEST, signed by its own key";
        }
    }

    private static string? SignerName(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash <= 0 || slash == name.Length - 1 ? "must be a fully qualified domain and path of the form 'example.com/signer-name'"
            : NameRules.DnsSubdomain(name[..slash]) ?? NameRules.DnsSubdomain(name[(slash + 1)..].Replace('/', '.'));
    }
}

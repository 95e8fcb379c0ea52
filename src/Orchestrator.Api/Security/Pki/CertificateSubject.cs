using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Api.Security.Pki;

/// <summary>
/// Reads common name and organizations of a certificate. Read from the DER form because several organizations may be one multi-valued
/// relative distinguished name (Go's libraries write them so), which <see cref="X500RelativeDistinguishedName"/> does not take apart.
/// </summary>
public static class CertificateSubject
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";

    public static (string CommonName, IReadOnlyList<string> Organizations) Read(X500DistinguishedName subject)
    {
        string name = "";
        var organizations = new List<string>();
        AsnReader names = new AsnReader(subject.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            AsnReader attributes = names.ReadSetOf(skipSortOrderValidation: true);
            while (attributes.HasData)
            {
                AsnReader attribute = attributes.ReadSequence();
                string oid = attribute.ReadObjectIdentifier();
                if (oid == CommonNameOid)
                {
                    name = ReadText(attribute);
                }
                else if (oid == OrganizationOid)
                {
                    organizations.Add(ReadText(attribute));
                }
            }
        }

        return (name, organizations);
    }

    private static string ReadText(AsnReader attribute) =>
        attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue);
}

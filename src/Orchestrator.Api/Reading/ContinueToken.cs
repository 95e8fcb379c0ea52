using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Orchestrator.Model;

namespace Orchestrator.Api.Reading;

/// <summary>Where the next page of a list begins, and of which snapshot. Opaque to clients.</summary>
/// <param name="Revision">Revision of the first page; -1 for "whatever is newest", given where the snapshot is gone.</param>
/// <param name="Namespace">Namespace of the last object of the page before.</param>
/// <param name="Name">Name of that object.</param>
internal sealed record ContinueToken(long Revision, string Namespace, string Name)
{
    private const string Version = "v1";

    public bool IsInconsistent => Revision < 0;

    public ObjectKey After(string resource) => new(resource, Namespace, Name);

    public string Encode() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Version}/{Revision}/{Namespace}/{Name}")));

    public static ContinueToken? Decode(string text)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('/');
            return parts.Length == 4 && parts[0] == Version && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var revision)
                ? new ContinueToken(revision, parts[2], parts[3])
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

using System.Text.Json;

namespace Orchestrator.Api.Reading;

/// <summary><c>ListMeta</c>.</summary>
/// <param name="ResourceVersion">Revision at which the list was read.</param>
/// <param name="Continue">Token for the next page, null on the last.</param>
/// <param name="RemainingItemCount">Objects after this page; null on the last page, and where a selector makes the number unknown.</param>
internal sealed record ListMetadata(string ResourceVersion, string? Continue, long? RemainingItemCount)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("resourceVersion", ResourceVersion);
        if (Continue is not null)
        {
            json.WriteString("continue", Continue);
        }

        if (RemainingItemCount is { } remaining)
        {
            json.WriteNumber("remainingItemCount", remaining);
        }

        json.WriteEndObject();
    }
}

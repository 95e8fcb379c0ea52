using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Agent.Images;

/// <summary>Reads image documents, and picks the manifest for a platform.</summary>
internal static class OciDocument
{
    private const string Os = "linux";

    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidImageException($"the {what} is null");
        }
        catch (JsonException error)
        {
            throw new InvalidImageException($"the {what} is not valid: {error.Message}", error);
        }
    }

    /// <summary>The manifest of this machine's platform; one without platform serves where there is no better.</summary>
    public static OciDescriptor ChooseManifest(OciIndex index, string architecture) =>
        index.Manifests.FirstOrDefault(manifest => manifest.Platform is { } platform && platform.Os == Os && platform.Architecture == architecture)
        ?? index.Manifests.FirstOrDefault(manifest => manifest.Platform is null && (OciMediaTypes.IsManifest(manifest.MediaType) || OciMediaTypes.IsIndex(manifest.MediaType)))
        ?? throw new InvalidImageException(
            $"the image has no manifest for {Os}/{architecture}, only for {string.Join(", ", index.Manifests.Select(manifest => $"{manifest.Platform?.Os}/{manifest.Platform?.Architecture}"))}");
}

namespace Orchestrator.Api.Decoding;

/// <summary>Media types of bodies.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";
    public const string Protobuf = "application/vnd.kubernetes.protobuf";
    public const string JsonPatch = "application/json-patch+json";
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicMergePatch = "application/strategic-merge-patch+json";
    public const string ApplyPatch = "application/apply-patch+yaml";
    public const string ApplyPatchCbor = "application/apply-patch+cbor";

    /// <summary>The type without its parameters, in lower case; JSON where a request does not say.</summary>
    public static string Of(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return Json;
        }

        if (string.Equals(contentType, Json, StringComparison.Ordinal))
        {
            return Json;
        }

        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType[..end]).Trim().ToLowerInvariant();
    }

    public static bool IsYaml(string mediaType) => mediaType is Yaml or ApplyPatch or "application/x-yaml" or "text/yaml";
}

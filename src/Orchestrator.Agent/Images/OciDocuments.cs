using System.Text.Json.Serialization;

namespace Orchestrator.Agent.Images;

// Documents of the OCI image specification 1.1 (image-spec: descriptor, image index, manifest, config), as far as they are used.

/// <summary>Points to a blob.</summary>
public sealed record OciDescriptor(string MediaType, string Digest, long Size)
{
    public OciPlatform? Platform { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

public sealed record OciPlatform(string Architecture, string Os)
{
    public string? Variant { get; init; }
}

/// <summary>One image for several platforms, or the content of an archive.</summary>
public sealed record OciIndex(int SchemaVersion, IReadOnlyList<OciDescriptor> Manifests)
{
    public string? MediaType { get; init; }
}

/// <summary>One image for one platform: its config and its layers, lowest first.</summary>
public sealed record OciManifest(int SchemaVersion, OciDescriptor Config, IReadOnlyList<OciDescriptor> Layers)
{
    public string? MediaType { get; init; }
}

/// <summary>How to run the image.</summary>
public sealed record OciImageConfig(string Architecture, string Os)
{
    public string? Created { get; init; }

    public OciRunConfig? Config { get; init; }

    [JsonPropertyName("rootfs")]
    public OciRootFileSystem? RootFileSystem { get; init; }
}

public sealed record OciRootFileSystem(
    string Type,
    [property: JsonPropertyName("diff_ids")] IReadOnlyList<string> DiffIds);

/// <summary>The image's defaults for a container; names are capitalised on the wire.</summary>
public sealed record OciRunConfig
{
    [JsonPropertyName("User")]
    public string? User { get; init; }

    [JsonPropertyName("Env")]
    public IReadOnlyList<string>? Env { get; init; }

    [JsonPropertyName("Entrypoint")]
    public IReadOnlyList<string>? Entrypoint { get; init; }

    [JsonPropertyName("Cmd")]
    public IReadOnlyList<string>? Cmd { get; init; }

    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; init; }

    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; init; }
}

/// <summary>One element of <c>manifest.json</c> in an archive written by <c>docker save</c>.</summary>
internal sealed record DockerArchiveImage(
    [property: JsonPropertyName("Config")] string Config,
    [property: JsonPropertyName("RepoTags")] IReadOnlyList<string>? RepoTags,
    [property: JsonPropertyName("Layers")] IReadOnlyList<string> Layers);

/// <summary>What <c>references/*.json</c> of the image store hold.</summary>
internal sealed record ImageRecord(string Reference, OciDescriptor Manifest, DateTimeOffset StoredAt);

/// <summary>Answer of a registry's token service.</summary>
internal sealed record RegistryToken(string? Token, [property: JsonPropertyName("access_token")] string? AccessToken);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OciIndex))]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(OciImageConfig))]
[JsonSerializable(typeof(IReadOnlyList<DockerArchiveImage>))]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(RegistryToken))]
internal sealed partial class OciJson : JsonSerializerContext;

using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Runtimes.Containerd.Setup;

/// <summary>Writes an image of one small layer as an OCI image layout in a tar file (image-spec 1.0). The same input gives the same bytes.</summary>
internal static class OciArchive
{
    public const UnixFileMode ExecutableMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <param name="Name">Path inside the image, without a leading slash.</param>
    internal sealed record Entry(string Name, byte[] Content, UnixFileMode Mode);

    public static void Write(string path, string reference, IReadOnlyList<Entry> files, IReadOnlyList<string> entrypoint)
    {
        var layer = Tar(files);
        var config = Json(new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject { ["Entrypoint"] = new JsonArray([.. entrypoint.Select(e => JsonValue.Create(e))]) },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(Digest(layer)) },
        });
        var manifest = Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new JsonArray(Descriptor("application/vnd.oci.image.layer.v1.tar", layer)),
        });
        var described = Descriptor("application/vnd.oci.image.manifest.v1+json", manifest);
        described["annotations"] = new JsonObject
        {
            ["io.containerd.image.name"] = reference,
            ["org.opencontainers.image.ref.name"] = reference,
        };
        var index = Json(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(described) });
        File.WriteAllBytes(path, Tar(
        [
            new Entry("oci-layout", Json(new JsonObject { ["imageLayoutVersion"] = "1.0.0" }), UnixFileMode.UserRead),
            new Entry("index.json", index, UnixFileMode.UserRead),
            .. new[] { manifest, config, layer }.Select(b => new Entry($"blobs/sha256/{Digest(b)["sha256:".Length..]}", b, UnixFileMode.UserRead)),
        ]));
    }

    private static JsonObject Descriptor(string mediaType, byte[] blob) =>
        new() { ["mediaType"] = mediaType, ["digest"] = Digest(blob), ["size"] = blob.Length };

    private static string Digest(byte[] blob) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(blob))}";

    private static byte[] Json(JsonObject value) => JsonSerializer.SerializeToUtf8Bytes(value);

    private static byte[] Tar(IReadOnlyList<Entry> files)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var file in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, file.Name)
                {
                    DataStream = new MemoryStream(file.Content),
                    Mode = file.Mode,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                });
            }
        }

        return stream.ToArray();
    }
}

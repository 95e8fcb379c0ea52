using System.Formats.Tar;
using System.Text;

namespace Orchestrator.NodeTests.Images;

/// <summary>Writes what <c>docker save</c> wrote before it learned the OCI layout.</summary>
internal static class DockerArchive
{
    public static async Task<string> WriteAsync(string directory, string tag)
    {
        var path = Path.Combine(directory, "docker.tar");
        await using var file = File.Create(path);
        await using var archive = new TarWriter(file);
        await AddAsync(archive, "abc/layer.tar", await Layers.TarAsync(new UstarTarEntry(TarEntryType.RegularFile, "file") { DataStream = new MemoryStream("from docker"u8.ToArray()) }));
        await AddAsync(archive, "config.json", """{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/sh"]},"rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray());
        await AddAsync(archive, "manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"config.json","RepoTags":["{{tag}}"],"Layers":["abc/layer.tar"]}]"""));
        return path;
    }

    private static Task AddAsync(TarWriter archive, string name, byte[] content) =>
        archive.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
}

/// <summary>Makes layers of hand-picked entries.</summary>
internal static class Layers
{
    public static async Task<byte[]> TarAsync(params TarEntry[] entries)
    {
        using var output = new MemoryStream();
        await using (var tar = new TarWriter(output, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                await tar.WriteEntryAsync(entry);
            }
        }

        return output.ToArray();
    }
}

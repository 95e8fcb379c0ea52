using System.Formats.Tar;
using Orchestrator.Agent.Images;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Images;

public sealed class LayerUnpackerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Whiteouts_hide_what_lower_layers_have()
    {
        var root = await UnpackAsync(
            [Directory("d"), File("d/old"), File("d/kept"), File("gone")],
            [File("d/.wh.old"), File(".wh.gone"), File("d/new")],
            [Directory("o"), File("o/first")],
            [Directory("o"), File("o/second"), File("o/.wh..wh..opq")]);

        Assert.Equal(["d", "d/kept", "d/new", "o", "o/second"], Names(root));
    }

    [Fact]
    public async Task Paths_and_links_never_lead_out_of_the_root()
    {
        var outside = _directory.Sub("outside");
        var root = await UnpackAsync([
            File("../../../escape"),
            Link("absolute", outside),
            File("absolute/through-absolute"),
            Link("relative", "../../../../.." + outside),
            File("relative/through-relative"),
        ]);

        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(outside));
        Assert.True(System.IO.File.Exists(Path.Combine(root, "escape")));
        Assert.True(System.IO.File.Exists(root + outside + "/through-absolute"));
        Assert.True(System.IO.File.Exists(root + outside + "/through-relative"));
    }

    [Fact]
    public async Task Hard_links_cannot_point_out_of_the_image()
    {
        var secret = Path.Combine(_directory.Path, "secret");
        await System.IO.File.WriteAllTextAsync(secret, "secret");
        var link = new UstarTarEntry(TarEntryType.HardLink, "stolen") { LinkName = "../secret" };
        await Assert.ThrowsAsync<InvalidImageException>(() => UnpackAsync([link]));
    }

    [Fact]
    public async Task Loops_of_links_are_refused() =>
        await Assert.ThrowsAsync<InvalidImageException>(() => UnpackAsync([Link("a", "b"), Link("b", "a"), File("a/file")]));

    [Fact]
    public async Task Limits_hold()
    {
        await Assert.ThrowsAsync<InvalidImageException>(() => UnpackAsync(new UnpackLimits(MostBytes: 3), [File("file")]));
        await Assert.ThrowsAsync<InvalidImageException>(() => UnpackAsync(new UnpackLimits(MostEntries: 1), [File("one"), File("two")]));
    }

    [Fact]
    public async Task Upper_layers_replace_what_is_there()
    {
        var root = await UnpackAsync(
            [Directory("x"), File("x/file"), Link("y", "/etc"), File("z")],
            [File("x"), Directory("y"), Directory("z")]);

        Assert.Equal(["x", "y", "z"], Names(root));
        Assert.True(System.IO.File.Exists(Path.Combine(root, "x")));
        Assert.Null(new DirectoryInfo(Path.Combine(root, "y")).LinkTarget);
    }

    private Task<string> UnpackAsync(params TarEntry[][] layers) => UnpackAsync(new UnpackLimits(), layers);

    private async Task<string> UnpackAsync(UnpackLimits limits, params TarEntry[][] layers)
    {
        var blobs = new BlobStore(_directory.Sub("store"));
        var descriptors = new List<OciDescriptor>();
        foreach (var layer in layers)
        {
            var tar = await Layers.TarAsync(layer);
            descriptors.Add(new OciDescriptor(OciMediaTypes.Layer, (await blobs.WriteAsync(tar, CancellationToken.None)).ToString(), tar.Length));
        }

        var root = _directory.Sub("root");
        await new LayerUnpacker(blobs, limits).UnpackAsync(new OciManifest(2, descriptors[0], descriptors), root, CancellationToken.None);
        return root;
    }

    private static IEnumerable<string> Names(string root) =>
        System.IO.Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal);

    private static UstarTarEntry File(string name) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("text"u8.ToArray()) };

    private static UstarTarEntry Directory(string name) => new(TarEntryType.Directory, name) { Mode = (UnixFileMode)0b111_101_101 };

    private static UstarTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };
}

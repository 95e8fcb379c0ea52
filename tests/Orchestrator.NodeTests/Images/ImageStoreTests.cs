using Orchestrator.Agent.Images;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Images;

public sealed class ImageStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_image_survives_build_import_and_unpack()
    {
        var root = await RootWithSpecialsAsync();
        var store = NewStore();

        var image = Assert.Single(await ImportAsync(store, await BuildAsync(root, "app:v1")));

        Assert.Equal("docker.io/library/app:v1", image.Reference);
        Assert.Equal(["/bin/app"], image.Config.Config!.Entrypoint);
        var unpacked = _directory.Sub("unpacked");
        await new LayerUnpacker(store.Blobs, new UnpackLimits()).UnpackAsync(image.Manifest, unpacked, CancellationToken.None);
        Assert.Equal("hello", await File.ReadAllTextAsync(Path.Combine(unpacked, "bin/app")));
        Assert.Equal((UnixFileMode)0b100_111_101_101, File.GetUnixFileMode(Path.Combine(unpacked, "bin/app")));
        Assert.Equal("/bin/app", new FileInfo(Path.Combine(unpacked, "link")).LinkTarget);
    }

    [Fact]
    public async Task Builds_are_reproducible()
    {
        var root = await RootWithSpecialsAsync();
        Assert.Equal(await File.ReadAllBytesAsync(await BuildAsync(root, "app:v1")), await File.ReadAllBytesAsync(await BuildAsync(root, "app:v1")));
    }

    [Fact]
    public async Task Removing_a_name_deletes_only_what_no_other_name_uses()
    {
        var store = NewStore();
        var archive = await BuildAsync(await RootWithSpecialsAsync(), "app:v1");
        var image = Assert.Single(await ImportAsync(store, archive));
        await ImportAsync(store, archive, "app:v2");

        Assert.True(await store.RemoveAsync("app:v1", CancellationToken.None));
        Assert.Null(await store.FindAsync("app:v1", CancellationToken.None));
        Assert.Equal("docker.io/library/app:v2", (await store.FindAsync(image.Digest.ToString(), CancellationToken.None))!.Reference);

        Assert.True(await store.RemoveAsync("app:v2", CancellationToken.None));
        Assert.False(store.Blobs.Contains(image.Digest));
        Assert.False(await store.RemoveAsync("app:v2", CancellationToken.None));
    }

    [Fact]
    public async Task Archives_of_docker_save_are_imported()
    {
        var store = NewStore();
        var images = await ImportAsync(store, await DockerArchive.WriteAsync(_directory.Path, "team/app:v3"));

        var image = Assert.Single(images);
        Assert.Equal("docker.io/team/app:v3", image.Reference);
        var unpacked = _directory.Sub("docker");
        await new LayerUnpacker(store.Blobs, new UnpackLimits()).UnpackAsync(image.Manifest, unpacked, CancellationToken.None);
        Assert.Equal("from docker", await File.ReadAllTextAsync(Path.Combine(unpacked, "file")));
    }

    [Fact]
    public async Task Damaged_archives_are_refused_and_leave_no_name()
    {
        var store = NewStore();
        var archive = await BuildAsync(await RootWithSpecialsAsync(), "app:v1");
        await using (var file = new FileStream(archive, FileMode.Open))
        {
            file.SetLength(file.Length / 2);
        }

        await Assert.ThrowsAsync<InvalidImageException>(() => ImportAsync(store, archive));
        Assert.Empty(await store.ListAsync(CancellationToken.None));
    }

    private ImageStore NewStore() => new(_directory.Sub("store"), TimeProvider.System);

    private async Task<string> RootWithSpecialsAsync()
    {
        var root = _directory.Sub("root");
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        await File.WriteAllTextAsync(Path.Combine(root, "bin/app"), "hello");
        File.SetUnixFileMode(Path.Combine(root, "bin/app"), (UnixFileMode)0b100_111_101_101);
        if (!Path.Exists(Path.Combine(root, "link")))
        {
            File.CreateSymbolicLink(Path.Combine(root, "link"), "/bin/app");
        }

        return root;
    }

    private async Task<string> BuildAsync(string root, string name)
    {
        var path = Path.Combine(_directory.Path, Guid.NewGuid().ToString("N") + ".tar");
        await using var output = File.Create(path);
        await ImageBuilder.BuildAsync(new ImageRecipe(ImageReference.Parse(name), root) { Entrypoint = ["/bin/app"] }, output, CancellationToken.None);
        return path;
    }

    private static async Task<IReadOnlyList<StoredImage>> ImportAsync(ImageStore store, string path, string? name = null)
    {
        await using var archive = File.OpenRead(path);
        return await new ImageArchive(store).ImportAsync(archive, name, CancellationToken.None);
    }
}

using System.Diagnostics;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Containerd.Setup;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Lab;

/// <summary>The images of a machine's nodes: containerd's for containers, the agents' image store for virtual machines. Both get every image, so that a Pod's runtime class can change freely.</summary>
/// <param name="storeDirectory">Image store of the agents.</param>
/// <param name="containerdSockets">Sockets of the containerds; none where there is none.</param>
/// <param name="time">Clock.</param>
internal sealed class LabImages(string storeDirectory, IReadOnlyList<string> containerdSockets, TimeProvider time)
{
    public const string Busybox = "docker.io/library/busybox:latest";
    private const string BusyboxProgram = "/bin/busybox";
    private readonly ImageStore _store = new(storeDirectory, time);

    public Task<IReadOnlyList<StoredImage>> ListAsync(CancellationToken cancel) => _store.ListAsync(cancel);

    public async Task<bool> ContainsAsync(string reference, CancellationToken cancel) => await _store.FindAsync(reference, cancel) is not null;

    /// <summary>Imports an archive (OCI layout or <c>docker save</c>) into both.</summary>
    /// <param name="archivePath">A tar, gzipped or not.</param>
    /// <param name="name">Name for an archive that has one image and names none.</param>
    /// <param name="cancel">Ends the import.</param>
    /// <exception cref="CommandFailedException">It is not an archive of images.</exception>
    public async Task<IReadOnlyList<StoredImage>> ImportAsync(string archivePath, string? name, CancellationToken cancel)
    {
        try
        {
            await using var archive = File.OpenRead(archivePath);
            var images = await new ImageArchive(_store).ImportAsync(archive, name, cancel);
            foreach (var socket in containerdSockets)
            {
                await ContainerdImport.ImportAsync(socket, archivePath, cancel);
            }

            return images;
        }
        catch (Exception error) when (error is InvalidImageException or RuntimeRefusalException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailedException($"{archivePath} cannot be imported: {error.Message}", error);
        }
    }

    /// <summary>Builds an image and imports it into both.</summary>
    public async Task<IReadOnlyList<StoredImage>> BuildAsync(ImageRecipe recipe, CancellationToken cancel)
    {
        var archive = Path.Combine(Path.GetTempPath(), $"orchestrator-image-{Guid.NewGuid():N}.tar");
        try
        {
            await BuildArchiveAsync(recipe, archive, cancel);
            return await ImportAsync(archive, name: null, cancel);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    public static async Task BuildArchiveAsync(ImageRecipe recipe, string archivePath, CancellationToken cancel)
    {
        await using var output = File.Create(archivePath);
        await ImageBuilder.BuildAsync(recipe, output, cancel);
    }

    /// <summary>Calls <paramref name="use"/> with a recipe whose root is a busybox made of the machine's static one.</summary>
    public static async Task WithBusyboxAsync(string reference, Func<ImageRecipe, Task> use, CancellationToken cancel)
    {
        var root = Directory.CreateTempSubdirectory("orchestrator-busybox-");
        try
        {
            root.UnixFileMode |= UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
            await BusyboxRoot.CreateAsync(root.FullName, BusyboxProgram, cancel);
            await use(new ImageRecipe(ImageReference.Parse(reference), root.FullName) { Command = ["sh"] });
        }
        catch (InvalidImageException error)
        {
            throw new CommandFailedException(error.Message, error);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    /// <summary>Removes an image from both; false if neither had it.</summary>
    public async Task<bool> RemoveAsync(string reference, CancellationToken cancel)
    {
        var canonical = ImageReference.TryParse(reference, out var parsed, out var error) ? parsed.ToString() : throw new CommandFailedException(error);
        var removed = await _store.RemoveAsync(canonical, cancel);
        foreach (var socket in containerdSockets)
        {
            removed |= await RemoveFromContainerdAsync(socket, canonical, cancel);
        }

        return removed;
    }

    private static async Task<bool> RemoveFromContainerdAsync(string containerdSocket, string reference, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("ctr") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (IEnumerable<string>)["--address", containerdSocket, "--namespace", "k8s.io", "images", "rm", "--sync", reference])
        {
            start.ArgumentList.Add(argument);
        }

        using var ctr = Process.Start(start)!;
        var output = ctr.StandardOutput.ReadToEndAsync(cancel);
        var errors = await ctr.StandardError.ReadToEndAsync(cancel);
        await ctr.WaitForExitAsync(cancel);
        return (await output).Trim() == reference && !errors.Contains("not found", StringComparison.Ordinal);
    }
}

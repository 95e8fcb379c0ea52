using System.CommandLine;
using System.Globalization;
using Orchestrator.Agent.Images;
using Orchestrator.Cli.Lab;
using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator image</c>: images on this machine's nodes, where no registry is reachable or wanted.</summary>
internal static class ImageCommand
{
    private static readonly Option<string?> Store = new("--image-store")
    {
        Description = "Image store of the agents (default: the lab's)",
        HelpName = "DIR",
        Recursive = true,
    };

    private static readonly Option<string?> Socket = new("--containerd-socket")
    {
        Description = "Socket of containerd (default: the lab's; 'none' leaves containerd out)",
        HelpName = "PATH",
        Recursive = true,
    };

    private static readonly Option<string> Dir = new("--dir")
    {
        Description = "The lab's directory",
        HelpName = "DIR",
        DefaultValueFactory = _ => LabLayout.Default.Root,
        Recursive = true,
    };

    public static Command Create() => new Command("image", "Bring images to this machine's nodes without a registry.")
    {
        Dir, Store, Socket, Import(), Build(), List(), Remove(),
    }.WithExamples(
        "orchestrator image import app.tar --name example.org/app:1",
        "orchestrator image build example.org/tools:1 --busybox",
        "orchestrator image build example.org/app:1 --root ./rootfs --command /app --output app.tar",
        "orchestrator image list");

    private static LabImages Open(ParseResult parsed)
    {
        var layout = new LabLayout(Path.GetFullPath(parsed.GetValue(Dir)!));
        var spec = LabSpec.Read(layout);
        var store = parsed.GetValue(Store)
            ?? (spec is null ? throw new CommandFailedException($"there is no lab in {layout.Root}: name --image-store and --containerd-socket, or run 'orchestrator lab up'") : layout.ImageStore);
        IReadOnlyList<string> sockets = parsed.GetValue(Socket) switch
        {
            "none" => [],
            null => [.. (spec?.Nodes ?? []).Select(node => node.Containerd.Socket)],
            var path => [path],
        };
        return new LabImages(store, sockets, TimeProvider.System);
    }

    private static Command Import()
    {
        var archive = new Argument<string>("ARCHIVE") { Description = "OCI layout or 'docker save' archive (tar, gzipped or not)" };
        var name = new Option<string?>("--name") { Description = "Name of the image, where the archive does not give one", HelpName = "REFERENCE" };
        var command = new Command("import", "Import an archive.") { archive, name };
        command.SetAction(async (parsed, cancel) =>
        {
            foreach (var image in await Open(parsed).ImportAsync(parsed.GetRequiredValue(archive), parsed.GetValue(name), cancel))
            {
                Console.WriteLine($"{image.Reference} {image.Digest}");
            }

            return 0;
        });
        return command;
    }

    private static Command Build()
    {
        var reference = new Argument<string>("REFERENCE") { Description = "Name of the image, such as example.org/app:1" };
        var root = new Option<DirectoryInfo?>("--root") { Description = "Directory that becomes the root file system", HelpName = "DIR" };
        var busybox = new Option<bool>("--busybox") { Description = "Make the root file system of the machine's static busybox" };
        var run = new Option<string[]>("--command") { Description = "Default command and its arguments", AllowMultipleArgumentsPerToken = true };
        var output = new Option<string?>("--output", "-o") { Description = "Write an OCI archive to this file instead of importing", HelpName = "FILE" };
        var command = new Command("build", "Build a one-layer image of a directory or of busybox, and import it.") { reference, root, busybox, run, output };
        command.SetAction(async (parsed, cancel) =>
        {
            var directory = parsed.GetValue(root);
            if (directory is null == !parsed.GetValue(busybox))
            {
                throw new CommandFailedException("give either --root DIR or --busybox");
            }

            if (!ImageReference.TryParse(parsed.GetRequiredValue(reference), out var name, out var error))
            {
                throw new CommandFailedException(error);
            }

            async Task BuildAsync(ImageRecipe recipe)
            {
                var withCommand = parsed.GetValue(run) is { Length: > 0 } arguments ? recipe with { Command = arguments } : recipe;
                await BuildOneAsync(parsed, parsed.GetValue(output), withCommand, cancel);
            }

            await (directory is null ? LabImages.WithBusyboxAsync(name.ToString(), BuildAsync, cancel) : BuildAsync(new ImageRecipe(name, RequireDirectory(directory))));
            return 0;
        });
        return command;
    }

    private static async Task BuildOneAsync(ParseResult parsed, string? output, ImageRecipe recipe, CancellationToken cancel)
    {
        if (output is not null)
        {
            await LabImages.BuildArchiveAsync(recipe, output, cancel);
            Console.WriteLine(output);
            return;
        }

        foreach (var image in await Open(parsed).BuildAsync(recipe, cancel))
        {
            Console.WriteLine($"{image.Reference} {image.Digest}");
        }
    }

    private static string RequireDirectory(DirectoryInfo directory) =>
        directory.Exists ? directory.FullName : throw new CommandFailedException($"--root {directory}: no such directory");

    private static Command List()
    {
        var command = new Command("list", "List the images.");
        command.SetAction(async (parsed, cancel) =>
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("Image", "Digest", "Size (KiB)");
            foreach (var image in await Open(parsed).ListAsync(cancel))
            {
                table.AddRow(image.Reference, image.Digest.ToString()[..19], (image.SizeBytes / 1024).ToString(CultureInfo.InvariantCulture));
            }

            Terminal.Console.Write(table);
            return 0;
        });
        return command;
    }

    private static Command Remove()
    {
        var references = new Argument<string[]>("REFERENCE") { Description = "Names of images", Arity = ArgumentArity.OneOrMore };
        var command = new Command("rm", "Remove images.") { references };
        command.SetAction(async (parsed, cancel) =>
        {
            var images = Open(parsed);
            var missing = 0;
            foreach (var reference in parsed.GetRequiredValue(references))
            {
                if (await images.RemoveAsync(reference, cancel))
                {
                    Console.WriteLine($"{reference} removed");
                }
                else
                {
                    missing++;
                    await Console.Error.WriteLineAsync($"error: there is no image {reference}");
                }
            }

            return missing == 0 ? 0 : 1;
        });
        return command;
    }
}

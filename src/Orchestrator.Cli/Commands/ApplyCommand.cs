using System.CommandLine;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Manifests;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator apply</c>: makes the cluster's objects what manifests say.</summary>
internal static class ApplyCommand
{
    private static readonly Option<string[]> Files = new("--filename", "-f")
    {
        Description = "Manifest: a file, a directory, or - for standard input; may be given several times",
        HelpName = "PATH",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> DryRun = new Option<string>("--dry-run")
    {
        Description = "'server' has everything checked and nothing stored",
        DefaultValueFactory = _ => "none",
    }.AcceptOnlyFromAmong("none", "server");

    public static Command Create()
    {
        var command = new Command(
            "apply",
            "Create the objects of manifests, or change those that exist to match.")
        {
            Files,
            DryRun,
        };
        var client = ClientOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var manifests = ManifestReader.ReadAll(parsed.GetRequiredValue(Files), Console.In);
            using var connection = client.Open(parsed);
            var catalog = await ApiCatalog.ReadAsync(connection, cancel);
            var dryRun = parsed.GetValue(DryRun) == "server";
            var applier = new ManifestApplier(connection, catalog, client.Namespace(parsed, connection), dryRun);
            return await ApplyAllAsync(applier, manifests, dryRun, cancel);
        });
        return command.WithExamples(
            "orchestrator apply -f docs/samples/hello.yaml",
            "orchestrator apply -f manifests/ --dry-run=server",
            "cat pod.yaml | orchestrator apply -f -");
    }

    // One refused object does not keep the others from being applied, as with kubectl: the user mends it and applies again.
    private static async Task<int> ApplyAllAsync(ManifestApplier applier, IReadOnlyList<Manifest> manifests, bool dryRun, CancellationToken cancel)
    {
        var failures = 0;
        foreach (var manifest in manifests)
        {
            try
            {
                var applied = await applier.ApplyAsync(manifest, cancel);
                Console.WriteLine($"{applied.Resource.DisplayName}/{applied.Name} {applied.Verb}{(dryRun ? " (server dry run)" : "")}");
            }
            catch (ApiStatusException refusal)
            {
                failures++;
                await Console.Error.WriteLineAsync($"error: {manifest.Source}, document {manifest.Document}: {refusal.Message}");
            }
        }

        if (manifests.Count == 0)
        {
            throw new CommandFailedException("no objects found in what -f names");
        }

        return failures == 0 ? 0 : 1;
    }
}

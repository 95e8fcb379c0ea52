using System.Text.Json.Nodes;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Manifests;
using Spectre.Console;

namespace Orchestrator.Cli.Lab;

/// <summary>Applies a manifest to a lab and shows what came of it: that the pods run, why they run where they do, and the first they say.</summary>
internal sealed class LabShowcase(LabLayout layout, LabProgress progress, IAnsiConsole console, TimeProvider time)
{
    private const int ShownLogLines = 5;
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(3);

    /// <exception cref="CommandFailedException">An object was refused, or a pod does not run in time; the message has its state and events.</exception>
    public async Task RunAsync(IReadOnlyList<Manifest> manifests, CancellationToken cancel)
    {
        using var connection = ApiConnection.Open(layout.AdminKubeconfig);
        var catalog = await ApiCatalog.ReadAsync(connection, cancel);
        var applier = new ManifestApplier(connection, catalog, connection.DefaultNamespace, dryRun: false);
        var pods = new List<(string Namespace, string Name)>();
        foreach (var manifest in manifests)
        {
            await progress.StepAsync($"Apply {manifest.Kind} {manifest.Name}", async () =>
            {
                var applied = await applier.ApplyAsync(manifest, cancel);
                if (applied.Resource is { Kind: "Pod", Group: "" })
                {
                    pods.Add((applied.Namespace!, applied.Name));
                }
            });
        }

        foreach (var (ns, name) in pods)
        {
            await progress.StepAsync($"Pod {ns}/{name} runs", () => WaitForPodAsync(connection, ns, name, cancel));
        }

        foreach (var (ns, name) in pods)
        {
            console.WriteLine();
            await ExplainCommand.ShowAsync(connection, ns, name, console, cancel);
            await ShowLogAsync(connection, ns, name, cancel);
        }
    }

    private async Task WaitForPodAsync(ApiConnection connection, string ns, string name, CancellationToken cancel)
    {
        var state = "";
        await Waiting.UntilAsync(
            async token =>
            {
                var pod = await connection.GetAsync(Path(ns, name), "application/json", token);
                var phase = (string?)pod["status"]?["phase"];
                state = Describe(pod);
                return phase switch
                {
                    "Running" or "Succeeded" => null,
                    "Failed" => throw new CommandFailedException($"pod {ns}/{name} failed: {state}"),
                    _ => $"pod {ns}/{name} does not run: {state}",
                };
            },
            RunLimit,
            time,
            () => $"See: kubectl describe pod {name} -n {ns}",
            cancel);
    }

    // The log of a pod that has just started may still be empty: its first line is waited for, but not for long.
    private async Task ShowLogAsync(ApiConnection connection, string ns, string name, CancellationToken cancel)
    {
        var text = "";
        var since = time.GetTimestamp();
        while (text.Length == 0 && time.GetElapsedTime(since) < TimeSpan.FromSeconds(15))
        {
            text = await connection.GetTextAsync(Path(ns, name) + $"/log?limitBytes=2000", cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(300), time, cancel);
        }

        console.WriteLine($"First lines of the log of {ns}/{name}:");
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(ShownLogLines))
        {
            console.WriteLine("  " + line);
        }
    }

    private static string Path(string ns, string name) => $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/pods/{Uri.EscapeDataString(name)}";

    private static string Describe(JsonObject pod)
    {
        var waiting = (pod["status"]?["containerStatuses"] as JsonArray ?? [])
            .Select(status => status?["state"]?["waiting"] ?? status?["state"]?["terminated"])
            .OfType<JsonObject>()
            .Select(state => $"{state["reason"]} {state["message"]}".Trim());
        var conditions = (pod["status"]?["conditions"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .Where(condition => (string?)condition["status"] == "False" && condition["message"] is not null)
            .Select(condition => (string)condition["message"]!);
        var said = waiting.Concat(conditions).Append((string?)pod["status"]?["message"]).Where(text => !string.IsNullOrEmpty(text)).Distinct();
        return $"{(string?)pod["status"]?["phase"] ?? "no phase"}. {string.Join("; ", said)}".TrimEnd();
    }
}

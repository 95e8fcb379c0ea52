using Orchestrator.Cli.Client;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Lab.Processes;
using Spectre.Console;

namespace Orchestrator.Cli.Lab;

/// <summary>Shows what of a lab runs.</summary>
internal sealed class LabStatus(LabLayout layout, IAnsiConsole console)
{
    /// <returns>Exit code: 0 if all runs, 1 if not.</returns>
    public async Task<int> ShowAsync(CancellationToken cancel)
    {
        if (LabSpec.Read(layout) is not { } spec)
        {
            console.MarkupLineInterpolated($"There is no lab in {layout.Root}. Bring one up with 'orchestrator lab up'.");
            return 1;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("Process", "Pid", "State", "Log");
        var allRun = true;
        foreach (var unit in LabUnit.Of(spec, layout).Select(unit => unit.Name).Prepend(LabState.Supervisor))
        {
            var process = ProcessIdentity.Read(layout.ProcessFile(unit));
            var runs = process is { IsAlive: true };
            allRun &= runs;
            table.AddRow(
                new Text(unit),
                new Text(runs ? process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) : "-"),
                runs ? new Text("running", new Style(Color.Green)) : new Text("not running", new Style(Color.Red)),
                new Text(layout.LogFile(unit)));
        }

        console.Write(table);
        console.WriteLine($"API:        {spec.ServerUrl}");
        console.WriteLine($"Kubeconfig: {layout.AdminKubeconfig}");
        return await NodesAreReadyAsync(spec, cancel) && allRun ? 0 : 1;
    }

    private async Task<bool> NodesAreReadyAsync(LabSpec spec, CancellationToken cancel)
    {
        try
        {
            using var connection = ApiConnection.Open(layout.AdminKubeconfig);
            var missing = await Task.WhenAll(spec.Nodes.Select(node => LabState.MissingOfNodeAsync(connection, node.Name, cancel)));
            var complaints = missing.OfType<string>().ToList();
            console.WriteLine($"Nodes:      {spec.Nodes.Count - complaints.Count} of {spec.Nodes.Count} ready");
            complaints.ForEach(complaint => console.WriteLine("            " + complaint));
            return complaints.Count == 0;
        }
        catch (CommandFailedException error)
        {
            console.WriteLine("Nodes:      unknown: " + error.Message);
            return false;
        }
    }
}

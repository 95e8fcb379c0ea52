using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Lab;
using Orchestrator.Cli.Lab.Dependencies;
using Orchestrator.Cli.Lab.Processes;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Telemetry;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator lab</c>: a whole cluster on one machine.</summary>
internal static class LabCommand
{
    private const int MostNodes = 32;

    private static readonly Option<string> Dir = new("--dir")
    {
        Description = "Directory that holds all of the lab",
        HelpName = "DIR",
        DefaultValueFactory = _ => LabLayout.Default.Root,
        Recursive = true,
    };

    private static readonly Option<bool> Install = new("--install") { Description = "Install missing packages with apt-get, and prepare the kernel of virtual machines" };

    public static Command Create() => new Command("lab", "Run a whole cluster on this machine: server, private PostgreSQL, private containerd, agents.")
    {
        Dir,
        Up(),
        Down(),
        Status(),
        Logs(),
        Deps(),
        Supervise(),
    }.WithExamples(
        "orchestrator lab up --install --apply docs/samples/hello.yaml",
        "orchestrator lab status",
        "orchestrator lab down --purge");

    private static LabLayout Layout(ParseResult parsed) => new(Path.GetFullPath(parsed.GetValue(Dir)!));

    private static LabProgress Progress() => new(Terminal.Console, TimeProvider.System);

    private static Command Up()
    {
        var nodes = new Option<int?>("--nodes") { Description = $"Number of nodes, 1 to {MostNodes} (default: what the lab has, or 1)", HelpName = "N" };
        nodes.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostNodes))
            {
                result.AddError($"--nodes must be 1 to {MostNodes}");
            }
        });
        var apply = new Option<string?>("--apply") { Description = "Apply this manifest, wait until its pods run, and show where they were placed and why", HelpName = "PATH" };
        var command = new Command("up", "Bring the lab up, or complete one that is partly up.") { nodes, Install, apply };
        command.SetAction(async (parsed, cancel) =>
        {
            var layout = Layout(parsed);
            var manifests = parsed.GetValue(apply) is { } path ? Manifests.ManifestReader.ReadAll([path], Console.In) : [];
            await new LabUp(layout, Progress(), TimeProvider.System).RunAsync(new LabUpRequest(parsed.GetValue(nodes), parsed.GetValue(Install)), cancel);
            if (manifests.Count > 0)
            {
                await new LabShowcase(layout, Progress(), Terminal.Console, TimeProvider.System).RunAsync(manifests, cancel);
            }

            LabHints.Write(Terminal.Console, layout);
            return 0;
        });
        return command.WithExamples(
            "orchestrator lab up --install --apply docs/samples/hello.yaml",
            "orchestrator lab up --nodes 3",
            "orchestrator lab up --dir /tmp/second-lab");
    }

    private static Command Down()
    {
        var purge = new Option<bool>("--purge") { Description = "Remove the lab's directory too: declared objects, images and logs" };
        var command = new Command("down", "Stop the lab's workloads and processes. What was declared is kept for the next 'lab up'.") { purge };
        command.SetAction(async (parsed, cancel) =>
        {
            var layout = Layout(parsed);
            if (!await new LabDown(layout, Progress(), TimeProvider.System).RunAsync(parsed.GetValue(purge), cancel))
            {
                Console.WriteLine($"There is no lab in {layout.Root}.");
            }

            return 0;
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Show the lab's processes and nodes; exit code 1 if something does not run.");
        command.SetAction((parsed, cancel) => new LabStatus(Layout(parsed), Terminal.Console).ShowAsync(cancel));
        return command;
    }

    private static Command Logs()
    {
        var unit = new Argument<string>("UNIT") { Description = "supervisor, containerd, server, or a node's name", DefaultValueFactory = _ => LabUnit.Server };
        var tail = new Option<int>("--tail") { Description = "Number of lines", DefaultValueFactory = _ => 50 };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on showing what is written" };
        var command = new Command("logs", "Show the log of one of the lab's processes.") { unit, tail, follow };
        command.SetAction((parsed, cancel) => LabLog.ShowAsync(
            Layout(parsed), parsed.GetValue(unit)!, parsed.GetValue(tail), parsed.GetValue(follow), Console.Out, TimeProvider.System, cancel));
        return command;
    }

    private static Command Deps()
    {
        var command = new Command("deps", "Check that the machine has the programs a lab and the tests need; --install gets what is missing.") { Install };
        command.SetAction(async (parsed, cancel) =>
        {
            await new LabDependencies(Progress(), TimeProvider.System).RequireAsync(parsed.GetValue(Install), cancel, withTests: true);
            return 0;
        });
        return command.WithExamples("orchestrator lab deps", "orchestrator lab deps --install");
    }

    private static Command Supervise()
    {
        var command = new Command("supervise", "Keep the processes of a lab alive (started by 'lab up').") { Hidden = true };
        command.SetAction(async (parsed, cancel) =>
        {
            var layout = Layout(parsed);
            var spec = LabSpec.Read(layout) ?? throw new CommandFailedException($"there is no lab in {layout.Root}");
            using var loggers = LoggerFactory.Create(logging => logging.AddOrchestratorConsole());
            return await new LabSupervisor(layout, TimeProvider.System, loggers).RunAsync(spec, cancel) ? 0 : 1;
        });
        return command;
    }
}

using System.CommandLine;
using System.Globalization;
using k8s;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Hosting;
using Orchestrator.Agent.Runtimes.Simulated;
using Orchestrator.Cli.Telemetry;
using Orchestrator.Load.Scenarios;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator agent simulate</c>: many nodes in one process, on which pods run nowhere.</summary>
internal static class SimulatedAgentCommand
{
    private const int MostNodes = 20_000;

    private static readonly Option<string> Kubeconfig = new("--kubeconfig") { Description = "How to reach the API server, as somebody who may act for all of the nodes", HelpName = "FILE", Required = true };
    private static readonly Option<string> Prefix = new("--prefix") { Description = "Nodes are named PREFIX-NUMBER", HelpName = "NAME", DefaultValueFactory = _ => "sim" };
    private static readonly Option<int> Nodes = new("--nodes") { Description = $"Nodes, 1 to {MostNodes}", HelpName = "N", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> First = new("--first") { Description = "Number of the first", HelpName = "N" };
    private static readonly Option<string> Cpu = new("--cpu") { Description = "Processors of each", HelpName = "QUANTITY", DefaultValueFactory = _ => "32" };
    private static readonly Option<string> Memory = new("--memory") { Description = "Memory of each", HelpName = "QUANTITY", DefaultValueFactory = _ => "128Gi" };
    private static readonly Option<int> Pods = new("--pods") { Description = "Most pods of each", HelpName = "N", DefaultValueFactory = _ => 110 };
    private static readonly Option<int> Zones = new("--zones") { Description = "Zones that they are spread over", HelpName = "N", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Labels = new("--node-labels") { Description = "Further labels of each: key=value,key=value", HelpName = "LABELS" };
    private static readonly Option<string> Runtimes = new("--runtimes") { Description = "Runtime handlers that they serve", HelpName = "LIST", DefaultValueFactory = _ => "runc" };
    private static readonly Option<string> StartDelay = new("--start-delay") { Description = "Time a container takes to start", HelpName = "TIME", DefaultValueFactory = _ => "0s" };
    private static readonly Option<string> StopDelay = new("--stop-delay") { Description = "Time a container takes to stop", HelpName = "TIME", DefaultValueFactory = _ => "0s" };
    private static readonly Option<double> Failures = new("--failures") { Description = "Percent of the starts that fail", HelpName = "PERCENT" };
    private static readonly Option<int> Seed = new("--seed") { Description = "What fails comes from it", HelpName = "N", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Root = new("--root-dir") { Description = "Directory for what agents keep of their pods", HelpName = "DIR", DefaultValueFactory = _ => "/var/lib/orchestrator/simulated" };

    public static Command Create()
    {
        var command = new Command("simulate", "Simulate many nodes in this process, for load tests: agents do all that they do, but pods run nowhere. Annotations simulation.orchestrator.dev/start-seconds, stop-seconds, run-seconds, exit-code and fail (image, sandbox, create, start) of a pod order how it goes.")
        {
            Kubeconfig, Prefix, Nodes, First, Cpu, Memory, Pods, Zones, Labels, Runtimes, StartDelay, StopDelay, Failures, Seed, Root,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var options = Read(parsed);
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(Existing(parsed.GetRequiredValue(Kubeconfig)));
            using var logs = LoggerFactory.Create(logging => logging.AddOrchestratorConsole().SetMinimumLevel(LogLevel.Warning));
            await new SimulatedFleet(options, configuration, logs, TimeProvider.System).RunAsync(cancel);
            return 0;
        });
        return command.WithExamples("orchestrator agent simulate --kubeconfig admin.kubeconfig --nodes 1000 --zones 3 --start-delay 500ms");
    }

    private static SimulatedFleetOptions Read(ParseResult parsed) => new()
    {
        Prefix = parsed.GetRequiredValue(Prefix),
        First = Within(parsed, First, 0, 1_000_000),
        Count = Within(parsed, Nodes, 1, MostNodes),
        Cpu = Amount(parsed, Cpu).MilliValue / 1000m,
        MemoryBytes = Amount(parsed, Memory).Value,
        Pods = Within(parsed, Pods, 1, 10_000),
        Zones = Within(parsed, Zones, 1, 10_000),
        Labels = AgentCommand.ParseLabels(parsed.GetValue(Labels)),
        RootDirectory = parsed.GetRequiredValue(Root),
        Runtime = new SimulatedOptions
        {
            Handlers = parsed.GetRequiredValue(Runtimes).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } handlers
                ? handlers
                : throw new CommandFailedException("--runtimes: at least one is needed"),
            StartDelay = Time(parsed, StartDelay),
            StopDelay = Time(parsed, StopDelay),
            FailureShare = parsed.GetValue(Failures) is >= 0 and <= 100 and var percent ? percent / 100 : throw new CommandFailedException("--failures takes 0 to 100"),
            Seed = parsed.GetValue(Seed),
        },
    };

    private static string Existing(string path) => File.Exists(path) ? path : throw new CommandFailedException($"--kubeconfig: there is no file '{path}'");

    private static int Within(ParseResult parsed, Option<int> option, int least, int most) => parsed.GetValue(option) is var number && number >= least && number <= most
        ? number
        : throw new CommandFailedException(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes {least} to {most}"));

    private static Quantity Amount(ParseResult parsed, Option<string> option) => Quantity.TryParse(parsed.GetRequiredValue(option), out var quantity) && quantity.Value > 0
        ? quantity
        : throw new CommandFailedException($"{option.Name}: '{parsed.GetValue(option)}' is not a quantity above nothing, such as 32 or 128Gi");

    private static TimeSpan Time(ParseResult parsed, Option<string> option) => DurationText.TryParse(parsed.GetRequiredValue(option), out var duration)
        ? duration
        : throw new CommandFailedException($"{option.Name}: '{parsed.GetValue(option)}' is not a duration, such as 500ms or 2s");
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Orchestrator.Cli.VirtualMachines;

namespace Orchestrator.Cli.Commands;

/// <summary>What is done to virtual machines by hand: each command asks for one subresource of <c>subresources.kubevirt.io</c>.</summary>
internal static class MachineCommands
{
    private const string Group = "/apis/subresources.kubevirt.io/v1";

    public static IEnumerable<Command> All() =>
    [
        Power("start", "Start a VirtualMachine.", "virtualmachines", "start", "was scheduled to start", isGraceTaken: false, isPausedTaken: true),
        Power("stop", "Shut a VirtualMachine down; its guest has its grace period to do so.", "virtualmachines", "stop", "was scheduled to stop", isGraceTaken: true),
        Power("restart", "Shut a VirtualMachine down and start it again.", "virtualmachines", "restart", "was scheduled to restart", isGraceTaken: true),
        Power("pause", "Stop the processors of a running machine.", "virtualmachineinstances", "pause", "was paused"),
        Power("unpause", "Let a paused machine go on.", "virtualmachineinstances", "unpause", "was unpaused"),
        Power("softreboot", "Ask the guest of a running machine to start anew.", "virtualmachineinstances", "softreboot", "was soft rebooted"),
        Power("reset", "Reset a running machine, without asking its guest.", "virtualmachineinstances", "reset", "was reset"),
        Console(),
        Vnc(),
    ];

    private static Command Power(string name, string description, string plural, string subresource, string done, bool isGraceTaken = false, bool isPausedTaken = false)
    {
        var machine = new Argument<string>("NAME") { Description = "The virtual machine" };
        var grace = new Option<long?>("--grace-period") { Description = "Seconds that the guest has to shut down (default: what the machine says; 0: it is powered off)", HelpName = "SECONDS" };
        var paused = new Option<bool>("--paused") { Description = "Start with the processors stopped" };
        var command = new Command(name, description) { machine };
        if (isGraceTaken)
        {
            command.Add(grace);
        }

        if (isPausedTaken)
        {
            command.Add(paused);
        }

        var client = ClientOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = client.Open(parsed);
            var body = new JsonObject();
            if (isGraceTaken && parsed.GetValue(grace) is { } seconds)
            {
                body[subresource == "stop" ? "gracePeriod" : "gracePeriodSeconds"] = seconds;
            }

            if (isPausedTaken && parsed.GetValue(paused))
            {
                body["paused"] = true;
            }

            var target = parsed.GetRequiredValue(machine);
            await connection.TellAsync(HttpMethod.Put, PathOf(client.Namespace(parsed, connection), plural, target, subresource), body, cancel);
            System.Console.WriteLine($"VM {target} {done}");
            return 0;
        });
        return command.WithExamples($"orchestrator {name} my-machine");
    }

    private static Command Console()
    {
        var machine = new Argument<string>("NAME") { Description = "The virtual machine" };
        var command = new Command("console", "Join the serial console of a running machine; leave it by Ctrl+].") { machine };
        var client = ClientOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = client.Open(parsed);
            using var socket = await connection.OpenSocketAsync(PathOf(client.Namespace(parsed, connection), "virtualmachineinstances", parsed.GetRequiredValue(machine), "console"), cancel);
            await SerialTerminal.RunAsync(socket, cancel);
            return 0;
        });
        return command.WithExamples("orchestrator console my-machine");
    }

    private static Command Vnc()
    {
        var machine = new Argument<string>("NAME") { Description = "The virtual machine" };
        var port = new Option<int>("--port") { Description = "Port of 127.0.0.1 to listen on (default: a free one)", HelpName = "PORT" };
        var command = new Command("vnc", "Offer the screen of a running machine to VNC viewers on this machine, until interrupted.") { machine, port };
        var client = ClientOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = client.Open(parsed);
            var path = PathOf(client.Namespace(parsed, connection), "virtualmachineinstances", parsed.GetRequiredValue(machine), "vnc");
            await ScreenProxy.RunAsync(parsed.GetValue(port), token => connection.OpenSocketAsync(path, token), cancel);
            return 0;
        });
        return command.WithExamples("orchestrator vnc my-machine --port 5900");
    }

    private static string PathOf(string ns, string plural, string name, string subresource) =>
        $"{Group}/namespaces/{Uri.EscapeDataString(ns)}/{plural}/{Uri.EscapeDataString(name)}/{subresource}";
}

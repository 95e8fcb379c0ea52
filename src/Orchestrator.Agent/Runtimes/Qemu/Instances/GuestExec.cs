using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>Commands in a guest, by its agent: they have no terminal and no input while they run, and are heard when they have ended.</summary>
internal static class GuestExec
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>How a command ended, and what it wrote.</summary>
    internal sealed record Ended(int ExitCode, byte[] Output, byte[] Errors);

    /// <exception cref="RuntimeRefusalException">The guest has no agent, or it cannot run the command.</exception>
    public static async Task<Ended> RunAsync(IMachineRuntime machines, string containerId, IReadOnlyList<string> command, TimeProvider time, CancellationToken cancel)
    {
        var started = await machines.AskGuestAsync(containerId, "guest-exec", new JsonObject
        {
            ["path"] = command[0],
            ["arg"] = new JsonArray([.. command.Skip(1).Select(part => JsonValue.Create(part))]),
            ["capture-output"] = true,
        }, cancel);
        var process = started.GetProperty("pid").GetInt64();
        while (true)
        {
            var status = await machines.AskGuestAsync(containerId, "guest-exec-status", new JsonObject { ["pid"] = process }, cancel);
            if (status.GetProperty("exited").GetBoolean())
            {
                return new Ended(ExitCode(status), Bytes(status, "out-data"), Bytes(status, "err-data"));
            }

            await Task.Delay(Interval, time, cancel);
        }
    }

    /// <summary>As <c>kubectl exec</c> hears it.</summary>
    public static async Task<ICommandSession> OpenAsync(
        IMachineRuntime machines, string containerId, IReadOnlyList<string> command, CommandOptions options, TimeProvider time, CancellationToken cancel)
    {
        if (options.Stdin || options.Tty)
        {
            throw new RuntimeRefusalException("ExecNotSupported", "commands in virtual machines have neither input nor a terminal: use the console, or ssh");
        }

        var ended = await RunAsync(machines, containerId, command, time, cancel);
        var (output, errors, status) = (options.Stdout ? new SayingChannel() : null, options.Stderr ? new SayingChannel() : null, new SayingChannel());
        return new Session(new CommandStreams(null, output, errors, null, status), SayAsync());

        async Task SayAsync()
        {
            await Task.WhenAll(output?.SayAsync(ended.Output) ?? Task.CompletedTask, errors?.SayAsync(ended.Errors) ?? Task.CompletedTask);
            await status.SayAsync(StatusOf(ended.ExitCode));
        }
    }

    private static int ExitCode(JsonElement status) =>
        status.TryGetProperty("exitcode", out var code) ? code.GetInt32() : status.TryGetProperty("signal", out var signal) ? 128 + signal.GetInt32() : 0;

    private static byte[] Bytes(JsonElement status, string name) =>
        status.TryGetProperty(name, out var data) && data.GetString() is { } text ? Convert.FromBase64String(text) : [];

    private static byte[] StatusOf(int exitCode)
    {
        var text = exitCode.ToString(CultureInfo.InvariantCulture);
        var status = exitCode == 0 ? new JsonObject { ["metadata"] = new JsonObject(), ["status"] = "Success" } : new JsonObject
        {
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = $"command terminated with non-zero exit code: exit status {text}",
            ["reason"] = "NonZeroExitCode",
            ["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = text }) },
        };
        return Encoding.UTF8.GetBytes(status.ToJsonString());
    }

    private sealed class Session(CommandStreams streams, Task saying) : ICommandSession
    {
        public CommandStreams Streams => streams;

        // What nobody reads any more is not said to the end.
        public ValueTask DisposeAsync() => saying.IsCompleted ? new ValueTask(saying) : ValueTask.CompletedTask;
    }
}

using System.Buffers;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Streams;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

namespace Orchestrator.Agent.Runtimes.Qemu;

internal sealed partial class QemuRuntime
{
    private const byte ExecKind = 1;
    private const byte AttachKind = 2;
    private const int TerminalFlag = 1;

    // As much of a probe's output as is kept by kubelet.
    private const int MostResultBytes = 16 * 1024;

    public async Task<ICommandSession> ExecAsync(string containerId, IReadOnlyList<string> command, CommandOptions options, CancellationToken cancel) =>
        new GuestCommandSession(await OpenAsync(ExecKind, containerId, command, options, killsAtClose: false, cancel), options);

    public async Task<CommandResult> RunAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        await using var channel = await OpenAsync(ExecKind, containerId, command, new CommandOptions(false, true, true, false), killsAtClose: true, either.Token);
        var output = ReadAsync(channel.Stream(GuestChannel.Output)!, either.Token);
        var errors = ReadAsync(channel.Stream(GuestChannel.Error)!, either.Token);
        try
        {
            var end = await channel.End.WaitAsync(either.Token);
            return end.Failure is { } failure
                ? throw new RuntimeRefusalException("ExecFailed", failure)
                : new CommandResult(end.Code, [.. await output, .. await errors]);
        }
        catch (GuestUnavailableException error)
        {
            throw new RuntimeUnavailableException(error.Message, error);
        }
    }

    public async Task<ICommandSession> AttachAsync(string containerId, CommandOptions options, CancellationToken cancel) =>
        new GuestCommandSession(await OpenAsync(AttachKind, containerId, [], options, killsAtClose: false, cancel), options);

    public Task<IPortSession> ForwardAsync(string sandboxId, CancellationToken cancel)
    {
        var record = _pods.Store.FindMachine(sandboxId) ?? throw new RuntimeRefusalException("PortForwardFailed", $"sandbox {sandboxId} does not exist");
        return Task.FromResult<IPortSession>(new GuestPortSession(_pods.Supervise(record)));
    }

    private async Task<GuestChannel> OpenAsync(byte kind, string containerId, IReadOnlyList<string> command, CommandOptions options, bool killsAtClose, CancellationToken cancel)
    {
        var (machine, container) = _pods.Require(containerId);
        var streams = GuestCommandSession.StreamsOf(options);
        var fields = new GuestFields()
            .Add(GuestTag.Container, container.Number)
            .AddAll(GuestTag.Argument, command)
            .Add(GuestTag.Streams, streams.Sum(number => 1 << number))
            .Add(GuestTag.Flags, options.Tty ? TerminalFlag : 0);
        try
        {
            return await (await machine.GuestAsync(cancel)).OpenAsync(kind, fields, streams, killsAtClose, cancel);
        }
        catch (GuestUnavailableException error)
        {
            throw new RuntimeUnavailableException(error.Message, error);
        }
    }

    /// <summary>The beginning of a stream; the rest is read, so that the command can end, and dropped.</summary>
    private static async Task<byte[]> ReadAsync(GuestStream stream, CancellationToken cancel)
    {
        var kept = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await stream.Input.ReadAsync(cancel);
            foreach (var piece in read.Buffer)
            {
                kept.Write(piece.Span[..Math.Min(piece.Length, MostResultBytes - kept.WrittenCount)]);
            }

            stream.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return kept.WrittenSpan.ToArray();
            }
        }
    }
}

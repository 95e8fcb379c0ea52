using System.Text.Json;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Streams;

/// <summary>A command in a guest, or a joined container, as the relay of exec and attach wants it.</summary>
internal sealed class GuestCommandSession : ICommandSession
{
    private readonly GuestChannel _channel;
    private readonly LocalChannel _error = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _ending;

    public GuestCommandSession(GuestChannel channel, CommandOptions options)
    {
        _channel = channel;
        Streams = new CommandStreams(
            options.Stdin ? channel.Stream(GuestChannel.Input) : null,
            options.Stdout ? channel.Stream(GuestChannel.Output) : null,
            options.Stderr && !options.Tty ? channel.Stream(GuestChannel.Error) : null,
            options.Tty ? new LocalChannel(ResizeAsync) : null,
            _error);
        _ending = TellEndAsync();
    }

    public CommandStreams Streams { get; }

    /// <summary>The streams that a channel for such a command has.</summary>
    public static IReadOnlyList<byte> StreamsOf(CommandOptions options) =>
    [
        .. options.Stdin ? [GuestChannel.Input] : (byte[])[],
        .. options.Stdout ? [GuestChannel.Output] : (byte[])[],
        .. options.Stderr && !options.Tty ? [GuestChannel.Error] : (byte[])[],
    ];

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _channel.DisposeAsync();
        await _ending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    /// <summary>The client sends whole documents, each in one piece.</summary>
    private async ValueTask ResizeAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        if (ReadSize(data.Span) is var (columns, rows))
        {
            await _channel.ResizeAsync(columns, rows, cancel);
        }
    }

    private static (int Columns, int Rows)? ReadSize(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            var size = JsonElement.ParseValue(ref reader);
            return size.TryGetProperty("Width", out var width) && size.TryGetProperty("Height", out var height) && width.TryGetInt32(out var columns) && height.TryGetInt32(out var rows)
                ? (columns, rows)
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task TellEndAsync()
    {
        byte[] status;
        try
        {
            var end = await _channel.End;
            status = end.Failure is { } failure
                ? CommandStatus.Failed($"error executing command in container: {failure}")
                : CommandStatus.Exited(end.Code);
        }
        catch (GuestUnavailableException error)
        {
            status = CommandStatus.Failed(error.Message);
        }

        await _error.SayAsync(status, _over.Token);
    }
}

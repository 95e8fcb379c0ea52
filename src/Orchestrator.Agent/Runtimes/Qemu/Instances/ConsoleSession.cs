using System.Buffers;
using Orchestrator.Agent.Streams;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>The serial console as the streams of a command: what <c>kubectl attach</c> joins.</summary>
internal sealed class ConsoleSession : ICommandSession
{
    private const int ChunkBytes = 16 * 1024;
    private readonly Stream _console;
    private readonly ConsoleChannel _channel;
    private readonly EndChannel _end = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _reading;

    private ConsoleSession(Stream console, CommandOptions options)
    {
        _console = console;
        _channel = new ConsoleChannel(console);
        Streams = new CommandStreams(options.Stdin ? _channel : null, options.Stdout ? _channel : null, Stderr: null, Resize: null, _end);
        _reading = ReadAsync();
    }

    public CommandStreams Streams { get; }

    public static async Task<ICommandSession> OpenAsync(IMachineRuntime machines, string containerId, CommandOptions options, CancellationToken cancel) =>
        new ConsoleSession(await machines.OpenAsync(containerId, MachineStream.Console, cancel), options);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _console.DisposeAsync();
        await _reading;
        _over.Dispose();
    }

    private async Task ReadAsync()
    {
        var chunk = new byte[ChunkBytes];
        try
        {
            int read;
            while ((read = await _console.ReadAsync(chunk, _over.Token)) > 0)
            {
                await _channel.ReceiveAsync(new ReadOnlySequence<byte>(chunk.AsMemory(0, read)), _over.Token);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The machine has ended, another has the console now, or the client has gone.
        }

        _channel.ReceiveEnd();
        await _end.ReceiveAsync(new ReadOnlySequence<byte>("{\"metadata\":{},\"status\":\"Success\"}"u8.ToArray()), CancellationToken.None);
        _end.ReceiveEnd();
    }

    private sealed class ConsoleChannel(Stream console) : ByteChannel
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => console.WriteAsync(data, cancel);

        // The console stays open for what it shows.
        public override ValueTask CompleteAsync(CancellationToken cancel) => ValueTask.CompletedTask;
    }

    private sealed class EndChannel : ByteChannel
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => ValueTask.CompletedTask;

        public override ValueTask CompleteAsync(CancellationToken cancel) => ValueTask.CompletedTask;
    }
}

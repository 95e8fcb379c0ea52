namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>The serial console as the streams of a command: what <c>kubectl attach</c> joins.</summary>
internal sealed class ConsoleSession : ICommandSession
{
    private static readonly byte[] Success = "{\"metadata\":{},\"status\":\"Success\"}"u8.ToArray();

    private readonly StreamChannel _channel;
    private readonly SayingChannel _end = new();
    private readonly Task _ending;

    private ConsoleSession(Stream console, CommandOptions options)
    {
        _channel = new StreamChannel(console);
        Streams = new CommandStreams(options.Stdin ? _channel : null, options.Stdout ? _channel : null, Stderr: null, Resize: null, _end);
        _ending = EndAsync();
    }

    public CommandStreams Streams { get; }

    public static async Task<ICommandSession> OpenAsync(IMachineRuntime machines, string containerId, CommandOptions options, CancellationToken cancel) =>
        new ConsoleSession(await machines.OpenAsync(containerId, MachineStream.Console, cancel), options);

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _ending;
    }

    private async Task EndAsync()
    {
        await _channel.Reading;
        await _end.SayAsync(Success);
    }
}

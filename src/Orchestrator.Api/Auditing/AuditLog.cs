using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Api.Auditing;

/// <summary>
/// Writes events off the requests' path, in the order in which they were recorded. The queue is bounded in events and bytes: what does not fit is dropped and
/// told of in the server's log, since a slow disk must not stop the cluster.
/// </summary>
internal sealed partial class AuditLog(AuditOptions options, TimeProvider time, ILogger<AuditLog> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    private readonly Channel<byte[]> _queue = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(options.MaxQueuedEvents) { SingleReader = true });
    private long _queuedBytes;
    private long _dropped;

    /// <summary>Events that did not fit.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <param name="line">One event, with its line end.</param>
    public void Add(byte[] line)
    {
        if (Interlocked.Add(ref _queuedBytes, line.Length) > options.MaxQueuedBytes || !_queue.Writer.TryWrite(line))
        {
            Interlocked.Add(ref _queuedBytes, -line.Length);
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Ends once everything queued is written: the record of a server's last requests matters like any other.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = 0L;
        while (!_queue.Reader.Completion.IsCompleted)
        {
            try
            {
                await DrainAsync(stoppingToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogFailed(options.LogPath, e.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }

            if (Dropped is var dropped && dropped > told)
            {
                LogDropped(dropped - told);
                told = dropped;
            }
        }
    }

    private async Task DrainAsync(CancellationToken cancel)
    {
        using var file = options.LogPath == "-" ? null : new RotatingFile(options, time);
        await using var console = file is null ? Console.OpenStandardOutput() : null;
        while (await _queue.Reader.WaitToReadAsync(cancel))
        {
            // Looked at first and taken when written: an event that a full disk refused is written once there is room.
            while (_queue.Reader.TryPeek(out var line))
            {
                await (file?.WriteAsync(line, cancel) ?? console!.WriteAsync(line, cancel));
                _queue.Reader.TryRead(out _);
                Interlocked.Add(ref _queuedBytes, -line.Length);
            }

            await (file?.FlushAsync(cancel) ?? console!.FlushAsync(cancel));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the audit log {Path} cannot be written: {Reason}")]
    private partial void LogFailed(string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} audit events were dropped: they came faster than they could be written")]
    private partial void LogDropped(long count);
}

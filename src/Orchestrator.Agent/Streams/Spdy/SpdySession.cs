using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orchestrator.Agent.Streams.Spdy;

/// <summary>A client's connection that has become SPDY, read from the beginning.</summary>
internal sealed class SpdySession : IAsyncDisposable
{
    private const string ProtocolHeader = "X-Stream-Protocol-Version";

    private readonly SpdyConnection _connection;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _reading;

    public SpdySession(Stream transport, TimeProvider time)
    {
        _time = time;
        _connection = new SpdyConnection(transport, SpdyRole.Server, SpdyLimits.Default, time);
        _reading = ReadAsync();
    }

    public ChannelReader<SpdyStream> Accepted => _connection.Accepted;

    /// <summary>Signalled when the client has closed the connection, or has been given up.</summary>
    public CancellationToken Gone => _gone.Token;

    public static bool IsAsked(HttpRequest request) =>
        request.Headers.Upgrade.ToString().StartsWith("SPDY/3.1", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first of <paramref name="spoken"/> that the client offers; the last one where it offers none; null if nothing fits.</summary>
    public static string? Negotiate(HttpRequest request, IReadOnlyList<string> spoken)
    {
        var offered = request.Headers[ProtocolHeader]
            .SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.Ordinal);
        return offered.Count == 0 ? spoken[^1] : spoken.FirstOrDefault(offered.Contains);
    }

    /// <summary>Switches the connection over.</summary>
    public static async Task<SpdySession> AcceptAsync(HttpContext context, string protocol, TimeProvider time)
    {
        context.Response.Headers.Upgrade = "SPDY/3.1";
        context.Response.Headers[ProtocolHeader] = protocol;
        return new SpdySession(await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync(), time);
    }

    public async Task FinishAsync(CancellationToken cancel)
    {
        await _connection.GoAwayAsync(cancel);
        await Task.WhenAny(_reading, Task.Delay(StreamLimits.Lingering, _time, cancel));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
        _over.Dispose();
        _gone.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await _connection.RunAsync(_over.Token);
        }
        finally
        {
            await _gone.CancelAsync();
        }
    }
}

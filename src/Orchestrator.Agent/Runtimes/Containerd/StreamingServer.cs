using System.Globalization;
using System.Net;
using Orchestrator.Agent.Streams;
using Orchestrator.Agent.Streams.Spdy;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>
/// containerd's streaming server: CRI answers Exec, Attach and PortForward with a URL on the node's loopback, where the streams are had by SPDY.
/// (It speaks WebSocket too, but there standard input cannot be ended by itself.)
/// </summary>
internal sealed class StreamingServer(TimeProvider time) : IDisposable
{
    private const string CommandProtocol = "v4.channel.k8s.io";
    private const string PortProtocol = "portforward.k8s.io";
    private static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(30);

    // The server is this machine's own; a proxy has no business in between.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = OpeningTimeout }) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<ICommandSession> OpenCommandAsync(string url, CommandOptions options, CancellationToken cancel)
    {
        var link = await ConnectAsync(url, CommandProtocol, cancel);
        try
        {
            using var limit = Limit(cancel);
            var error = await link.OpenAsync(Type("error"), limit.Token);
            var streams = new CommandStreams(
                options.Stdin ? await link.OpenAsync(Type("stdin"), limit.Token) : null,
                options.Stdout ? await link.OpenAsync(Type("stdout"), limit.Token) : null,
                options.Stderr && !options.Tty ? await link.OpenAsync(Type("stderr"), limit.Token) : null,
                options.Tty ? await link.OpenAsync(Type("resize"), limit.Token) : null,
                error);
            return new CommandSession(link, streams);
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    public async Task<IPortSession> OpenPortsAsync(string url, CancellationToken cancel) => new PortSession(await ConnectAsync(url, PortProtocol, cancel));

    public void Dispose() => _http.Dispose();

    private async Task<Link> ConnectAsync(string url, string protocol, CancellationToken cancel)
    {
        using var limit = Limit(cancel);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Connection.Add("Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", "SPDY/3.1");
            request.Headers.TryAddWithoutValidation("X-Stream-Protocol-Version", protocol);
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return response.StatusCode == HttpStatusCode.SwitchingProtocols
                ? new Link(response, await response.Content.ReadAsStreamAsync(limit.Token), time)
                : throw new RuntimeUnavailableException($"containerd's streaming server answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException error)
        {
            throw new RuntimeUnavailableException($"containerd's streaming server cannot be reached: {error.Message}", error);
        }
    }

    private CancellationTokenSource Limit(CancellationToken cancel)
    {
        var timeout = new CancellationTokenSource(OpeningTimeout, time);
        return CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
    }

    private static Dictionary<string, string> Type(string type) => new(StringComparer.Ordinal) { ["streamType"] = type };

    /// <summary>One connection to the server, read from the beginning.</summary>
    private sealed class Link : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly SpdyConnection _connection;
        private readonly CancellationTokenSource _over = new();
        private readonly Task _reading;

        public Link(HttpResponseMessage response, Stream transport, TimeProvider time)
        {
            _response = response;
            _connection = new SpdyConnection(transport, SpdyRole.Client, SpdyLimits.Default, time);
            _reading = _connection.RunAsync(_over.Token);
        }

        public async Task<SpdyStream> OpenAsync(IReadOnlyDictionary<string, string> headers, CancellationToken cancel)
        {
            var stream = await _connection.OpenAsync(headers, cancel);
            await stream.Replied.WaitAsync(cancel);
            return stream;
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _connection.DisposeAsync();
            _response.Dispose();
            _over.Dispose();
        }
    }

    private sealed class CommandSession(Link link, CommandStreams streams) : ICommandSession
    {
        public CommandStreams Streams => streams;

        public ValueTask DisposeAsync() => link.DisposeAsync();
    }

    private sealed class PortSession(Link link) : IPortSession
    {
        private int _requests;

        public async Task<(ByteChannel Data, ByteChannel Error)> OpenAsync(int port, CancellationToken cancel)
        {
            var request = Interlocked.Increment(ref _requests).ToString(CultureInfo.InvariantCulture);
            var error = await link.OpenAsync(Headers("error", port, request), cancel);
            // Nothing is ever said to the server on it.
            await error.CompleteAsync(cancel);
            var data = await link.OpenAsync(Headers("data", port, request), cancel);
            return (data, error);
        }

        public ValueTask DisposeAsync() => link.DisposeAsync();

        private static Dictionary<string, string> Headers(string type, int port, string request) => new(StringComparer.Ordinal)
        {
            ["streamType"] = type,
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["requestID"] = request,
        };
    }
}

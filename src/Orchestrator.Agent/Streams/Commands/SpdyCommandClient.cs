using Microsoft.AspNetCore.Http;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Streams.Spdy;

namespace Orchestrator.Agent.Streams.Commands;

/// <summary>A client that speaks SPDY/3.1: kubectl before 1.31, and later ones where WebSocket is turned off.</summary>
internal sealed class SpdyCommandClient : ICommandClient
{
    private const string Resizing = "v3.channel.k8s.io";
    private const string WithStatus = "v4.channel.k8s.io";

    /// <summary>Best first. What carries no version is the first one.</summary>
    private static readonly string[] Protocols = [WithStatus, Resizing, "v2.channel.k8s.io", "channel.k8s.io"];

    private readonly SpdySession _session;

    private SpdyCommandClient(SpdySession session, CommandStreams streams, bool hasStatus)
    {
        _session = session;
        Streams = streams;
        HasStatus = hasStatus;
    }

    public CommandStreams Streams { get; }

    public bool HasStatus { get; }

    public CancellationToken Gone => _session.Gone;

    /// <summary>The protocol that both speak; null if there is none.</summary>
    public static string? Negotiate(HttpRequest request) => SpdySession.Negotiate(request, Protocols);

    /// <exception cref="IOException">The client does not open the streams that it asked for.</exception>
    public static async Task<SpdyCommandClient> AcceptAsync(HttpContext context, string protocol, CommandOptions options, TimeProvider time, CancellationToken cancel)
    {
        var session = await SpdySession.AcceptAsync(context, protocol, time);
        try
        {
            var opened = await OpenedAsync(session, Expected(options, protocol), time, cancel);
            return new SpdyCommandClient(
                session,
                new CommandStreams(
                    opened.GetValueOrDefault("stdin"), opened.GetValueOrDefault("stdout"), opened.GetValueOrDefault("stderr"), opened.GetValueOrDefault("resize"), opened["error"]),
                protocol == WithStatus);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public Task FinishAsync(CancellationToken cancel) => _session.FinishAsync(cancel);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static HashSet<string> Expected(CommandOptions options, string protocol)
    {
        (bool IsAsked, string Type)[] types =
        [
            (true, "error"),
            (options.Stdin, "stdin"),
            (options.Stdout, "stdout"),
            (options.Stderr, "stderr"),
            (options.Tty && (protocol is Resizing or WithStatus), "resize"),
        ];
        return [.. types.Where(t => t.IsAsked).Select(t => t.Type)];
    }

    private static async Task<Dictionary<string, SpdyStream>> OpenedAsync(SpdySession session, HashSet<string> expected, TimeProvider time, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(StreamLimits.Opening, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        var opened = new Dictionary<string, SpdyStream>(StringComparer.Ordinal);
        try
        {
            while (opened.Count < expected.Count)
            {
                if (!await session.Accepted.WaitToReadAsync(limit.Token))
                {
                    throw new IOException("the client has gone");
                }

                while (session.Accepted.TryRead(out var stream))
                {
                    var type = stream.Header("streamType");
                    if (!expected.Contains(type) || !opened.TryAdd(type, stream))
                    {
                        throw new IOException($"unexpected stream type \"{type}\"");
                    }
                }
            }

            return opened;
        }
        catch (OperationCanceledException error) when (timeout.IsCancellationRequested)
        {
            throw new IOException("the client did not open its streams in time", error);
        }
    }
}

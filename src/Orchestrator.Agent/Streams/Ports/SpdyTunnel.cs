using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Agent.Streams.Spdy;

namespace Orchestrator.Agent.Streams.Ports;

/// <summary>
/// SPDY within the binary messages of a WebSocket: kubectl's port-forward from 1.31 on. The handshake (RFC 6455, 4.2.2) is answered here, because the
/// subprotocol's name has a slash, which the RFC does not allow and ASP.NET Core refuses to send.
/// </summary>
internal static class SpdyTunnel
{
    public const string Protocol = "SPDY/3.1+" + SpdyPortForward.Protocol;

    private const string AcceptSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public static bool IsAsked(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest && context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol, StringComparer.Ordinal);

    public static async Task<SpdySession> AcceptAsync(HttpContext context, TimeProvider time)
    {
        var headers = context.Response.Headers;
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        headers.SecWebSocketProtocol = Protocol;
        var transport = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        var socket = WebSocket.CreateFromStream(transport, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = StreamLimits.KeepAlive });
        return new SpdySession(WebSocketStream.Create(socket, WebSocketMessageType.Binary, StreamLimits.Lingering), time);
    }

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 prescribes SHA-1; nothing is protected by it.")]
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSalt)));
}

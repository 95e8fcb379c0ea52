namespace Orchestrator.Agent.Streams.Sockets;

/// <summary>A WebSocket subprotocol that carries numbered channels: each message begins with its channel.</summary>
/// <param name="Name">As negotiated; empty where the client asked for none.</param>
/// <param name="IsBase64">Messages are text: the channel as a digit, then base64.</param>
/// <param name="HasStatus">How a command ended is told as a <c>Status</c> (v4 and later), not as text.</param>
/// <param name="HasClose">A message on channel 255 ends the channel that it names (v5).</param>
internal sealed record SocketProtocol(string Name, bool IsBase64, bool HasStatus, bool HasClose)
{
    /// <summary>Those of exec and attach.</summary>
    public static readonly IReadOnlyList<SocketProtocol> OfCommands =
    [
        new("v5.channel.k8s.io", IsBase64: false, HasStatus: true, HasClose: true),
        new("v4.channel.k8s.io", IsBase64: false, HasStatus: true, HasClose: false),
        new("v4.base64.channel.k8s.io", IsBase64: true, HasStatus: true, HasClose: false),
        new("channel.k8s.io", IsBase64: false, HasStatus: false, HasClose: false),
        new("base64.channel.k8s.io", IsBase64: true, HasStatus: false, HasClose: false),
        new("", IsBase64: false, HasStatus: false, HasClose: false),
    ];

    /// <summary>Those of port-forward.</summary>
    public static readonly IReadOnlyList<SocketProtocol> OfPorts =
    [
        new("v4.channel.k8s.io", IsBase64: false, HasStatus: false, HasClose: false),
        new("v4.base64.channel.k8s.io", IsBase64: true, HasStatus: false, HasClose: false),
        new("", IsBase64: false, HasStatus: false, HasClose: false),
    ];

    /// <summary>The first that the client names and we speak; without any named, the one without a name. Null if none fits.</summary>
    public static SocketProtocol? Negotiate(IList<string> offered, IReadOnlyList<SocketProtocol> spoken) =>
        offered.Count == 0 ? spoken.First(p => p.Name.Length == 0) : offered.Select(o => spoken.FirstOrDefault(p => p.Name == o)).FirstOrDefault(p => p is not null);
}

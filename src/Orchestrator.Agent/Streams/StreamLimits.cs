namespace Orchestrator.Agent.Streams;

/// <summary>Times and numbers that streams through the agent keep to.</summary>
public static class StreamLimits
{
    /// <summary>Sessions (exec, attach, port-forward) that one agent serves at once.</summary>
    public const int MaxSessions = 1000;

    /// <summary>How long a client may take to open the streams it announced, as kubelet's streamCreationTimeout.</summary>
    public static readonly TimeSpan Opening = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a client that has been told everything may take to close the connection. Closing it first, while the client still sends, could take
    /// away from it what it has not read yet.
    /// </summary>
    public static readonly TimeSpan Lingering = TimeSpan.FromSeconds(5);

    /// <summary>Ping of a WebSocket on which nothing else is sent.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);
}

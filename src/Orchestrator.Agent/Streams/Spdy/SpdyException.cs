namespace Orchestrator.Agent.Streams.Spdy;

/// <summary>The peer does not speak SPDY/3, or goes beyond a limit: the connection is given up.</summary>
public sealed class SpdyException(string message, Exception? inner = null) : IOException(message, inner);

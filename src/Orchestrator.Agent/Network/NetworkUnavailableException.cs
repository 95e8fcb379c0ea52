namespace Orchestrator.Agent.Network;

/// <summary>The pod network cannot do what was asked now; the message says why. Trying again later may help.</summary>
public sealed class NetworkUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

namespace Orchestrator.Agent.Runtimes;

/// <summary>The runtime cannot be asked now (its daemon is down, or does not answer in time). Retried with back-off; nothing is wrong with the pod.</summary>
public sealed class RuntimeUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

/// <summary>The guest said no.</summary>
/// <param name="code">Of a call an error number of Linux; of a command the exit code that shells give.</param>
/// <param name="message">The guest's words.</param>
internal sealed class GuestRefusalException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}

/// <summary>The guest does not answer: it has ended, or the connection to it has.</summary>
internal sealed class GuestUnavailableException(string message, Exception? inner = null) : IOException(message, inner);

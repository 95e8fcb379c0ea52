namespace Orchestrator.Agent.Runtimes.Qemu.Qmp;

/// <summary>QEMU refused a command.</summary>
/// <param name="errorClass">QMP's error class, such as <c>GenericError</c> or <c>CommandNotFound</c>.</param>
/// <param name="message">QEMU's description.</param>
internal sealed class QmpCommandException(string errorClass, string message) : Exception(message)
{
    public string ErrorClass { get; } = errorClass;
}

/// <summary>The machine's monitor does not answer: it has ended, or hangs.</summary>
internal sealed class QmpUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

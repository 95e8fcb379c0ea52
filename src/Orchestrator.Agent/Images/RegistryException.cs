namespace Orchestrator.Agent.Images;

/// <summary>The registry cannot be reached, refuses, or does not have the image.</summary>
public sealed class RegistryException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether trying again may help: no answer, overload, a fault of the registry.</summary>
    public bool IsTransient { get; } = isTransient;

    /// <summary>The registry does not give the image to whoever asked: somebody else may get it.</summary>
    public bool IsDenied { get; init; }
}

namespace Orchestrator.Agent.Images;

/// <summary>The image, archive or layer is not what its format says, or is over a limit. Repeating will not help.</summary>
public sealed class InvalidImageException(string message, Exception? inner = null) : Exception(message, inner);

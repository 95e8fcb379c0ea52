using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Manifests;

/// <summary>A manifest cannot be read; the message names the file, the document and the line.</summary>
public sealed class ManifestException(string message, Exception? inner = null) : CommandFailedException(message, inner);

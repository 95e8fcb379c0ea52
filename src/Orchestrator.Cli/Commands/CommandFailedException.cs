namespace Orchestrator.Cli.Commands;

/// <summary>A command could not do what was asked. The message says what is wrong and what to do next; it is shown as it is.</summary>
public class CommandFailedException(string message, Exception? inner = null) : Exception(message, inner);

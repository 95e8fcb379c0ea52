namespace Orchestrator.Api.Security.Pki;

/// <summary>Keys or certificates cannot be used as they are, and guessing would do harm; the message says what to do.</summary>
public sealed class PkiException(string message, Exception? inner = null) : Exception(message, inner);

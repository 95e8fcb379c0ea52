namespace Orchestrator.Agent.Volumes;

/// <summary>One file of a volume made from the API.</summary>
/// <param name="Path">Relative, without <c>..</c>.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record ProjectedFile(string Path, byte[] Content, UnixFileMode Mode);

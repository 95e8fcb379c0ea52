namespace Orchestrator.Api.Patching;

/// <summary>A patch that cannot be applied. Thrown from the depth of a recursion and caught where the patch is applied, never further.</summary>
internal sealed class PatchException(string message) : Exception(message);

namespace Orchestrator.Load.Servers;

/// <summary>How to start <c>orchestrator</c> in a process of its own: the program that this one is part of.</summary>
internal static class OrchestratorProgram
{
    public static string Command => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    public static IReadOnlyList<string> Arguments { get; } = [Path.Combine(AppContext.BaseDirectory, "orchestrator.dll")];
}

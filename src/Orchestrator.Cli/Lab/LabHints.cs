using Spectre.Console;

namespace Orchestrator.Cli.Lab;

/// <summary>What to try next in a lab that is up.</summary>
internal static class LabHints
{
    public static void Write(IAnsiConsole console, LabLayout layout)
    {
        var option = layout == LabLayout.Default ? "" : $" --dir {layout.Root}";
        console.WriteLine();
        console.MarkupLineInterpolated($"The lab is up. Kubeconfig: [bold]{layout.AdminKubeconfig}[/]");
        console.WriteLine("Try:");
        foreach (var line in (string[])
        [
            $"alias orchestrator='{ThisProgram()}'",
            $"export KUBECONFIG={layout.AdminKubeconfig}",
            "kubectl apply -f docs/samples/hello.yaml",
            "kubectl get pods,nodes,hypervisors -o wide",
            "kubectl logs hello-vm",
            "orchestrator explain pod/hello-vm",
            $"orchestrator lab status{option}",
            $"orchestrator lab down{option}",
        ])
        {
            console.MarkupLineInterpolated($"  [blue]{line}[/]");
        }
    }

    // How it was started, for a shell: 'dotnet run' starts the program beside the assembly, a published one may be started by dotnet itself.
    private static string ThisProgram() => Environment.ProcessPath is { } program && Path.GetFileNameWithoutExtension(program) == "orchestrator"
        ? program
        : $"dotnet {Path.Combine(AppContext.BaseDirectory, "orchestrator.dll")}";
}

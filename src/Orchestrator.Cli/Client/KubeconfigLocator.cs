using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Lab;

namespace Orchestrator.Cli.Client;

/// <summary>Finds the kubeconfig in the order that kubectl's users expect; the lab's comes last, so that a running lab needs no setting.</summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="fileExists">Tells whether a file exists.</param>
internal sealed class KubeconfigLocator(Func<string, string?> environment, Func<string, bool> fileExists)
{
    public const string Variable = "KUBECONFIG";

    public static KubeconfigLocator OfThisProcess { get; } = new(Environment.GetEnvironmentVariable, File.Exists);

    /// <exception cref="CommandFailedException">None was found, or the one asked for does not exist.</exception>
    public string Locate(string? option)
    {
        if (!string.IsNullOrEmpty(option))
        {
            return fileExists(option) ? option : throw new CommandFailedException($"--kubeconfig {option}: no such file");
        }

        // Like kubectl, KUBECONFIG may be a list; unlike kubectl, the first that exists is taken whole instead of being merged with the rest.
        var listed = (environment(Variable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] candidates = [.. listed, Path.Combine(environment("HOME") ?? "/root", ".kube", "config"), LabLayout.Default.AdminKubeconfig];
        return candidates.FirstOrDefault(fileExists)
            ?? throw new CommandFailedException(
                $"no kubeconfig found (looked for {string.Join(", ", candidates)}).\nStart a lab with 'orchestrator lab up', or name a file with --kubeconfig or {Variable}.");
    }
}

using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Lab.Dependencies;

/// <summary>Makes sure that the machine has what a lab needs, or says what it lacks and how to get it.</summary>
internal sealed class LabDependencies(LabProgress progress)
{
    /// <summary>Installs what is missing if <paramref name="install"/>.</summary>
    /// <exception cref="CommandFailedException">Something is missing and was not, or could not be, installed.</exception>
    public async Task RequireAsync(bool install, CancellationToken cancel)
    {
        var missing = DependencyCheck.OfThisMachine.Missing();
        if (missing.Count > 0 && install)
        {
            await new AptInstaller(progress.Note).InstallAsync([.. missing.Select(dependency => dependency.Package)], cancel);
            missing = DependencyCheck.OfThisMachine.Missing();
        }

        if (missing.Count > 0)
        {
            var lines = missing.Select(dependency => $"  {dependency.Name}: {dependency.Purpose} (package {dependency.Package})");
            throw new CommandFailedException(
                $"the machine lacks:\n{string.Join('\n', lines)}\nInstall with 'orchestrator lab deps --install', or: "
                + $"apt-get install --no-install-recommends {string.Join(' ', missing.Select(dependency => dependency.Package))}");
        }
    }
}

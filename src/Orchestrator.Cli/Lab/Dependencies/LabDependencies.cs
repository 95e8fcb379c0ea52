using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Lab.Dependencies;

/// <summary>Makes sure that the machine has what a lab needs, or says what it lacks and how to get it.</summary>
internal sealed class LabDependencies(LabProgress progress, TimeProvider time)
{
    /// <summary>Installs what is missing if <paramref name="install"/>, and then prepares the kernel of virtual machines too, so that the first does not wait for it.</summary>
    /// <exception cref="CommandFailedException">A program is missing and was not, or could not be, installed.</exception>
    public async Task RequireAsync(bool install, CancellationToken cancel, bool withTests = false)
    {
        await progress.StepAsync("Programs of the machine", () => RequireProgramsAsync(install, withTests ? [.. Dependency.All, .. Dependency.OfTests] : Dependency.All, cancel));
        if (install)
        {
            await progress.StepAsync("Kernel of virtual machines", () => PrepareGuestAsync(cancel));
        }
    }

    // Without it containers run all the same, and every agent tries again by itself: no reason to fail.
    private async Task PrepareGuestAsync(CancellationToken cancel)
    {
        try
        {
            var guest = await new GuestKernel(new GuestOptions(), time).EnsureAsync(cancel);
            progress.Note($"{guest.Version} in {Path.GetDirectoryName(guest.KernelPath)}");
        }
        catch (GuestKernelException error)
        {
            progress.Note($"no virtual machine can run yet: {error.Message}");
        }
    }

    private async Task RequireProgramsAsync(bool install, IReadOnlyList<Dependency> needed, CancellationToken cancel)
    {
        var missing = DependencyCheck.OfThisMachine.Missing(needed);
        if (missing.Count > 0 && install)
        {
            await new AptInstaller(progress.Note).InstallAsync([.. missing.Select(dependency => dependency.Package)], cancel);
            missing = DependencyCheck.OfThisMachine.Missing(needed);
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

using System.Diagnostics;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Lab.Dependencies;

/// <summary>Installs packages with apt-get, without questions and without the extras that packages recommend.</summary>
internal sealed class AptInstaller(Action<string> report)
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(15);

    // postgresql-common would create and start a cluster of its own when postgresql is installed; labs bring up a private one.
    private const string NoDistributionCluster = "/etc/postgresql-common/createcluster.d/orchestrator.conf";

    /// <summary>Installs the packages.</summary>
    /// <exception cref="CommandFailedException">apt-get is missing, may not be used, or failed; its last lines are in the message.</exception>
    public async Task InstallAsync(IReadOnlyList<string> packages, CancellationToken cancel)
    {
        if (!File.Exists("/usr/bin/apt-get"))
        {
            throw new CommandFailedException($"this machine has no apt-get; install with its package tool what Debian calls: {string.Join(' ', packages)}");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new CommandFailedException($"installing packages needs root; run: sudo apt-get install --no-install-recommends {string.Join(' ', packages)}");
        }

        if (packages.Contains("postgresql") && !File.Exists(NoDistributionCluster))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(NoDistributionCluster)!);
            await File.WriteAllTextAsync(NoDistributionCluster, "create_main_cluster = false\n", cancel);
        }

        report("apt-get update");
        await RunAsync(["update", "-q"], cancel);
        report("apt-get install " + string.Join(' ', packages));
        await RunAsync(["install", "-q", "-y", "--no-install-recommends", .. packages], cancel);
    }

    private static async Task RunAsync(IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("apt-get") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (IEnumerable<string>)["-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Options::=--force-confold", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var apt = Process.Start(start)!;
        apt.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(LongestRun);
        try
        {
            var output = apt.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = apt.StandardError.ReadToEndAsync(limit.Token);
            await apt.WaitForExitAsync(limit.Token);
            if (apt.ExitCode != 0)
            {
                throw new CommandFailedException($"apt-get {string.Join(' ', arguments)} failed with exit code {apt.ExitCode}:\n{LastLines(await output + await errors)}");
            }
        }
        catch (OperationCanceledException) when (!apt.HasExited)
        {
            apt.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static string LastLines(string text) => string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(12));
}

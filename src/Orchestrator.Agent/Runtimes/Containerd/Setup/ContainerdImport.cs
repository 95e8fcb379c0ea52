using System.Diagnostics;

namespace Orchestrator.Agent.Runtimes.Containerd.Setup;

/// <summary>Puts images into a containerd, in the namespace its CRI service reads, by its own command-line client.</summary>
public static class ContainerdImport
{
    private const string CriNamespace = "k8s.io";

    /// <summary>Imports an OCI or <c>docker save</c> archive. Repeating it changes nothing.</summary>
    /// <exception cref="RuntimeRefusalException">The client is missing, or refused the archive.</exception>
    public static async Task ImportAsync(string socketPath, string archivePath, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("ctr")
        {
            ArgumentList = { "--address", socketPath, "--namespace", CriNamespace, "images", "import", archivePath },
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Start(start);
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = await process.StandardError.ReadToEndAsync(cancel);
        await output;
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new RuntimeRefusalException(WaitingReasons.ErrImagePull, $"ctr images import {archivePath}: {errors.Trim()}");
        }
    }

    /// <summary>Makes the pause image and imports it.</summary>
    public static async Task ImportPauseAsync(string socketPath, CancellationToken cancel)
    {
        var archive = Path.GetTempFileName();
        try
        {
            await PauseImage.WriteArchiveAsync(archive, cancel);
            await ImportAsync(socketPath, archive, cancel);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new RuntimeRefusalException(WaitingReasons.ErrImagePull, "the program \"ctr\" is missing; Debian's package containerd has it", error);
        }
    }
}

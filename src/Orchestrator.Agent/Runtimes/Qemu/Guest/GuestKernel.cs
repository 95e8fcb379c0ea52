using Orchestrator.Agent.Images;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <param name="Version">Name of the kernel's package, or of its file.</param>
/// <param name="KernelPath">Plain kernel, entered by PVH.</param>
/// <param name="InitramfsPath">The part of the initial file system that all guests share.</param>
public sealed record GuestFiles(string Version, string KernelPath, string InitramfsPath);

/// <summary>The guest's kernel cannot be prepared; the message says what to do.</summary>
public sealed class GuestKernelException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Prepares kernel and initramfs once per kernel version, in a directory that agents share: a version's directory appears by a rename when it is complete.
/// The kernel comes from Debian's cloud kernel package, unpacked and not installed, or from the given path.
/// </summary>
public sealed class GuestKernel(GuestOptions options, TimeProvider time)
{
    private const string MetaPackage = "linux-image-cloud-amd64";
    private const string Prefix = "linux-image-";
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PackageTimeout = TimeSpan.FromMinutes(4);

    /// <summary>What is prepared already, or prepares it.</summary>
    /// <exception cref="GuestKernelException">No kernel can be had.</exception>
    public async Task<GuestFiles> EnsureAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(options.Directory);
        using var exclusive = await LockFile.TakeAsync(Path.Combine(options.Directory, "lock"), exclusive: true, LockTimeout, time, cancel);
        try
        {
            return FindPrepared() ?? await PrepareAsync(cancel);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ToolFailedException or UnauthorizedAccessException)
        {
            throw new GuestKernelException($"the guest kernel cannot be prepared: {error.Message}", error);
        }
    }

    // The newest by name order of its preparation; another init makes another directory.
    private GuestFiles? FindPrepared()
    {
        var suffix = "+" + Fingerprint();
        return Directory.EnumerateDirectories(options.Directory)
            .Where(path => path.EndsWith(suffix, StringComparison.Ordinal) && !Path.GetFileName(path).StartsWith('.'))
            .OrderDescending(StringComparer.Ordinal)
            .Select(FilesOf)
            .FirstOrDefault();
    }

    private async Task<GuestFiles> PrepareAsync(CancellationToken cancel)
    {
        var work = Path.Combine(options.Directory, ".new-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(work);
        try
        {
            var (version, image, modules) = options.KernelPath is { } path
                ? (Path.GetFileName(path), path, options.KernelModulesDirectory)
                : await UnpackPackageAsync(work, cancel);
            return Assemble(version, image, modules, await GuestInit.BuildAsync(work, cancel));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private GuestFiles Assemble(string version, string image, string? modules, byte[] init)
    {
        var complete = Path.Combine(options.Directory, $"{version}+{Fingerprint()}");
        var partial = Path.Combine(options.Directory, ".part-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(partial);
        using (var kernel = File.Create(Path.Combine(partial, "vmlinux")))
        {
            KernelImage.Extract(File.ReadAllBytes(image), kernel);
            kernel.Flush(flushToDisk: true);
        }

        using (var initramfs = File.Create(Path.Combine(partial, "initramfs")))
        {
            GuestInitramfs.Write(initramfs, init, modules is null ? [] : KernelModules.InLoadOrder(modules));
            initramfs.Flush(flushToDisk: true);
        }

        Directory.Move(partial, complete);
        Posix.SyncDirectory(options.Directory);
        return FilesOf(complete);
    }

    private static async Task<(string Version, string Image, string Modules)> UnpackPackageAsync(string work, CancellationToken cancel)
    {
        var package = await FindPackageAsync(cancel);
        await Tool.RunAsync("apt-get", ["download", "-q", package], PackageTimeout, cancel, work);
        var archive = Directory.EnumerateFiles(work, "*.deb").FirstOrDefault() ?? throw new GuestKernelException($"apt-get downloaded no package {package}");
        await Tool.RunAsync("dpkg-deb", ["--extract", archive, work], PackageTimeout, cancel);
        var version = package[Prefix.Length..];
        return (version, Path.Combine(work, "boot", "vmlinuz-" + version), Path.Combine(work, "lib", "modules", version));
    }

    private static async Task<string> FindPackageAsync(CancellationToken cancel)
    {
        for (var isUpdated = false; ; isUpdated = true)
        {
            var description = await TryDescribeAsync(cancel);
            var package = description?.Split('\n').FirstOrDefault(line => line.StartsWith("Depends:", StringComparison.Ordinal))?
                .Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => word.StartsWith(Prefix, StringComparison.Ordinal));
            if (package is not null)
            {
                return package;
            }

            if (isUpdated)
            {
                throw new GuestKernelException($"the package {MetaPackage} is not known here: give a kernel by its path");
            }

            await Tool.RunAsync("apt-get", ["update", "-q"], PackageTimeout, cancel);
        }
    }

    private static async Task<string?> TryDescribeAsync(CancellationToken cancel)
    {
        try
        {
            return await Tool.RunAsync("apt-cache", ["show", "--no-all-versions", MetaPackage], PackageTimeout, cancel);
        }
        catch (ToolFailedException error) when (error.InnerException is null)
        {
            // It runs, and knows no such package: its lists may be empty.
            return null;
        }
    }

    private string Fingerprint() => ContentDigest.Of(
        System.Text.Encoding.UTF8.GetBytes($"{GuestInit.Fingerprint}|{KernelModules.Fingerprint}|{options.KernelPath}|{options.KernelModulesDirectory}")).Hex[..12];

    private static GuestFiles FilesOf(string directory) =>
        new(Path.GetFileName(directory), Path.Combine(directory, "vmlinux"), Path.Combine(directory, "initramfs"));
}

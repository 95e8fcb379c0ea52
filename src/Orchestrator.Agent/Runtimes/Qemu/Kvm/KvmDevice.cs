using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Kvm;

/// <summary>The kernel's KVM device (Documentation/virt/kvm/api).</summary>
internal static class KvmDevice
{
    private const string DevicePath = "/dev/kvm";
    private const uint GetApiVersion = 0xAE00;
    private const int StableApiVersion = 12;

    /// <summary>Why it cannot be used; null if it can.</summary>
    public static string? FindObstacle()
    {
        try
        {
            using var device = File.OpenHandle(DevicePath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            var version = Posix.Ioctl(device, GetApiVersion);
            return version == StableApiVersion ? null : $"{DevicePath} has API version {version} instead of {StableApiVersion}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{DevicePath} cannot be opened: {error.Message}";
        }
    }
}

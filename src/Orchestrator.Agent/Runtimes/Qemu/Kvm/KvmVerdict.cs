namespace Orchestrator.Agent.Runtimes.Qemu.Kvm;

/// <summary>What a probe found KVM to be good for.</summary>
/// <param name="Key">What it depends on: boot, emulator, guest kernel. Another key makes it void.</param>
/// <param name="RunsSmallGuests">A guest of a few instructions printed its sign.</param>
/// <param name="LinuxCpuModel">Processor model with which the guest kernel reached its init; null if with none.</param>
/// <param name="Reason">One CamelCase word.</param>
/// <param name="Message">What was tried, and what came of it.</param>
internal sealed record KvmVerdict(string Key, bool RunsSmallGuests, string? LinuxCpuModel, string Reason, string Message)
{
    /// <summary>Decides from what the attempts gave.</summary>
    /// <param name="key">See <see cref="Key"/>.</param>
    /// <param name="device">Why the device cannot be used; null if it can.</param>
    /// <param name="smallGuest">Why the small guest did not run; null if it did.</param>
    /// <param name="linux">For each processor model that was tried, why Linux did not run; null if it did.</param>
    public static KvmVerdict Decide(string key, string? device, string? smallGuest, IReadOnlyList<KeyValuePair<string, string?>> linux)
    {
        if (device is not null)
        {
            return new KvmVerdict(key, false, null, "KvmUnavailable", device);
        }

        if (smallGuest is not null)
        {
            return new KvmVerdict(key, false, null, "KvmRunsNoGuests", $"/dev/kvm opens, but a guest of a few instructions does not run: {smallGuest}");
        }

        foreach (var attempt in linux.Where(attempt => attempt.Value is null))
        {
            return new KvmVerdict(key, true, attempt.Key, "KvmRunsLinux", $"a small guest and the Linux guest kernel ran with processor model {attempt.Key}");
        }

        var tried = string.Join("; ", linux.Select(attempt => $"{attempt.Key}: {attempt.Value}"));
        return new KvmVerdict(key, true, null, "KvmRunsNoLinux", $"a small guest runs, but the Linux guest kernel does not ({tried})");
    }
}

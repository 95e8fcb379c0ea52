using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>UEFI for guests: Debian's package <c>ovmf</c>.</summary>
internal static class UefiFirmware
{
    private const string Directory = "/usr/share/OVMF";

    public static bool IsAsked(V1VmDomain domain) => domain.Firmware?.Bootloader?.Efi is not null;

    /// <summary>On by default, as in KubeVirt.</summary>
    public static bool IsSecure(V1VmDomain domain) => domain.Firmware?.Bootloader?.Efi is { SecureBoot: not false };

    public static string CodeOf(V1VmDomain domain) => Find(IsSecure(domain) ? ["OVMF_CODE_4M.secboot.fd", "OVMF_CODE.secboot.fd"] : ["OVMF_CODE_4M.fd", "OVMF_CODE.fd"]);

    /// <summary>What a machine's own settings begin as.</summary>
    public static string VariablesOf(V1VmDomain domain) => Find(IsSecure(domain) ? ["OVMF_VARS_4M.ms.fd", "OVMF_VARS.ms.fd"] : ["OVMF_VARS_4M.fd", "OVMF_VARS.fd"]);

    private static string Find(string[] names) =>
        names.Select(name => Path.Combine(Directory, name)).FirstOrDefault(File.Exists)
        ?? throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"the machine asks for UEFI, and {Directory}/{names[0]} is not on this node: install the package ovmf");
}

using Orchestrator.Model;
using Orchestrator.Model.Hypervisors;

namespace Orchestrator.Agent.Runtimes.Qemu;

/// <summary>Decides, from what was found, what the two runtimes of QEMU offer. <c>vm</c> is served by exactly one of them: by KVM where it runs Linux, else by emulation.</summary>
internal static class QemuHealth
{
    private static readonly string[] MachineCapabilities = ["linuxGuests", "logs", "exec", "attach", "port-forward", "pause"];
    private static readonly string[] PassingCapabilities = [.. MachineCapabilities, HypervisorCapabilities.Passthrough];

    private const string KvmUndecided = "KVM is still being tried";

    public static RuntimeHealth OfEmulation(QemuFindings findings) => findings switch
    {
        { Obstacle: { } obstacle } => new RuntimeHealth(false, obstacle.Reason, obstacle.Message, findings.Version, [], []),
        { Kvm.LinuxCpuModel: not null } => new RuntimeHealth(true, "EmulatorWorks", $"QEMU {findings.Version} with guest kernel {findings.Guest!.Version}; vm is served by kvm", findings.Version, [RuntimeHandlers.Qemu], CapabilitiesOf(findings)),
        _ => new RuntimeHealth(true, "EmulatorWorks", $"QEMU {findings.Version} with guest kernel {findings.Guest!.Version}; also serves vm, because {findings.Kvm?.Message ?? KvmUndecided}", findings.Version, [RuntimeHandlers.Qemu, RuntimeHandlers.Vm], CapabilitiesOf(findings)),
    };

    public static RuntimeHealth OfKvm(QemuFindings findings) => findings switch
    {
        { Obstacle: { } obstacle } => new RuntimeHealth(false, obstacle.Reason, obstacle.Message, findings.Version, [], []),
        { Kvm: { LinuxCpuModel: not null } kvm } => new RuntimeHealth(true, kvm.Reason, kvm.Message, findings.Version, [RuntimeHandlers.Kvm, RuntimeHandlers.Vm], CapabilitiesOf(findings)),
        { Kvm: { } kvm } => new RuntimeHealth(false, kvm.Reason, kvm.Message, findings.Version, [], kvm.RunsSmallGuests ? ["pause"] : []),
        _ => new RuntimeHealth(false, RuntimeHealth.Probing, KvmUndecided, findings.Version, [], []),
    };

    private static string[] CapabilitiesOf(QemuFindings findings) => findings.PassesDevices ? PassingCapabilities : MachineCapabilities;
}

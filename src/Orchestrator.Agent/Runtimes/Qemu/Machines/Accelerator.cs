namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>What runs a guest's instructions.</summary>
/// <param name="Name">QEMU's name, which is also the technology's for KVM.</param>
/// <param name="Option">For <c>-accel</c>.</param>
/// <param name="CpuModel">For <c>-cpu</c>.</param>
internal sealed record Accelerator(string Name, string Option, string CpuModel)
{
    /// <summary>
    /// Emulation. Translated code is kept in at most 64 MiB, which the overhead allowance counts in. The plain processor model boots fastest:
    /// the kernel sets up no features that would only be emulated.
    /// </summary>
    public static Accelerator Tcg { get; } = new("tcg", "tcg,tb-size=64", "qemu64");

    /// <summary>The same with little memory beside the guest's: for many small machines.</summary>
    public Accelerator Sparing => this == Tcg ? this with { Option = "tcg,tb-size=16" } : this;

    public static Accelerator Kvm(string cpuModel) => new("kvm", "kvm", cpuModel);
}

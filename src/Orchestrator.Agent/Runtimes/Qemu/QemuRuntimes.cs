using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Instances;
using Orchestrator.Agent.Runtimes.Qemu.Kvm;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Pods;
using Orchestrator.Model.Hypervisors;

namespace Orchestrator.Agent.Runtimes.Qemu;

/// <summary>Composes the two runtimes that QEMU gives: <c>qemu</c>, full emulation, and <c>kvm</c>, hardware-assisted. They share images, guest kernel and probe.</summary>
public static class QemuRuntimes
{
    /// <param name="options">Where things are.</param>
    /// <param name="http">For pulling images.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logs">Where the runtimes log.</param>
    /// <param name="instances">Where descriptions of virtual machines come from; null where only containers are run.</param>
    /// <returns>Both runtimes; they implement <see cref="IAsyncDisposable"/>, which leaves their machines running.</returns>
    public static IReadOnlyList<IPodRuntime> Create(QemuOptions options, HttpClient http, TimeProvider time, ILoggerFactory logs, IInstanceSource? instances = null)
    {
        Directory.CreateDirectory(options.RootDirectory);
        var images = new ImageStore(options.ImageStoreDirectory, time);
        var provider = new ImageProvider(images, new ImagePuller(images, http, time));
        var roots = new ImageRoots(options, images, time);
        var probe = new QemuProbe(options, new GuestKernel(options.Guest, time), new KvmProbe(options, time), time);
        var log = logs.CreateLogger<QemuRuntime>();
        var emulation = new QemuRuntimeParts(
            new RuntimeIdentity("qemu", VirtualizationClasses.Full, "Type2"), options, probe,
            QemuHealth.OfEmulation, _ => Accelerator.Tcg, images, provider, roots);
        var kvm = emulation with
        {
            Identity = new RuntimeIdentity("kvm", VirtualizationClasses.HardwareAssisted, "Type2"),
            Health = QemuHealth.OfKvm,
            Accelerator = findings => Accelerator.Kvm(findings.Kvm?.LinuxCpuModel ?? throw new InvalidOperationException($"kvm runs no Linux guests here: {findings.Kvm?.Message}")),
        };
        return [Of(emulation), Of(kvm)];

        MachineRouter Of(QemuRuntimeParts parts) =>
            new(new QemuRuntime(parts, time, log), new InstanceRuntime(parts, instances ?? NoInstances.Source, time, logs.CreateLogger<InstanceRuntime>()), time);
    }
}

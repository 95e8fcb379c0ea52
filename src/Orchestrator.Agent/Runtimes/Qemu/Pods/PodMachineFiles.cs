using System.Globalization;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>The files of one pod's machine; see <see cref="PodMachineStore"/>.</summary>
internal sealed record PodMachineFiles(string Path, string RunDirectory)
{
    public const string RecordName = "record.json";
    public const string ContainersName = "containers";

    /// <summary>Process, monitor, console and messages of the emulator.</summary>
    public MachineDirectory Emulator { get; } = new(Path, RunDirectory);

    public string Record => In(RecordName);

    public string Containers => In(ContainersName);

    /// <summary>Written before the emulator is launched.</summary>
    public string Launched => In("launched.json");

    /// <summary>See <see cref="PodMachineEnd"/>.</summary>
    public string End => In("end.json");

    /// <summary>What the guest must not lose: its frames, appended by the emulator.</summary>
    public string Journal => In("journal");

    public string Checkpoint => In("checkpoint.json");

    /// <summary>The socket of the guest's port to the agent.</summary>
    public string Agent => Short(".agent");

    /// <summary>The socket of the process that serves <see cref="Shared"/> to the guest.</summary>
    public string Sharing => Short(".fs");

    /// <summary>What the pod's containers have as <c>/etc/resolv.conf</c>, if there is such a file.</summary>
    public string Resolver => In("resolv.conf");

    public string SharingLog => In("sharing.log");

    /// <summary>What the guest sees as <c>/pod</c>.</summary>
    public string Shared => Short(".pod");

    public string Container(uint number) => System.IO.Path.Combine(Containers, number.ToString(CultureInfo.InvariantCulture));

    public string State(uint number) => System.IO.Path.Combine(Container(number), "state.json");

    // Paths of sockets are limited to 107 bytes; the monitor's has a short one already.
    private string Short(string extension) => System.IO.Path.ChangeExtension(Emulator.Monitor, extension);

    /// <summary>Without the console's file, which the emulator makes when it starts, a crash came before the launch.</summary>
    public bool HasBeenLaunched => File.Exists(Launched) && File.Exists(Emulator.Console);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Runtimes;

/// <summary>What can be done to a running virtual machine from outside.</summary>
public enum MachineCommand
{
    /// <summary>Stops its processors.</summary>
    Pause,
    Unpause,

    /// <summary>As by the button: the guest is not asked.</summary>
    Reset,

    /// <summary>Asks the guest to start anew.</summary>
    SoftReboot,
}

/// <summary>Streams of bytes of a virtual machine.</summary>
public enum MachineStream
{
    /// <summary>The serial console.</summary>
    Console,

    /// <summary>The screen, as RFB.</summary>
    Vnc,
}

/// <summary>What a runtime offers besides <see cref="IPodRuntime"/> where it runs virtual machines of disks. Failures are those of <see cref="IPodRuntime"/>.</summary>
public interface IMachineRuntime
{
    /// <exception cref="RuntimeRefusalException">The container is no such machine, does not run, or its guest does not do it.</exception>
    Task CommandAsync(string containerId, MachineCommand command, CancellationToken cancel);

    /// <summary>Opens a stream; of the console the one who opens it last has it.</summary>
    Task<Stream> OpenAsync(string containerId, MachineStream stream, CancellationToken cancel);

    /// <summary>Asks the agent in the guest.</summary>
    /// <param name="containerId">The machine.</param>
    /// <param name="command">Name of QEMU's guest agent protocol: <c>guest-get-osinfo</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="RuntimeRefusalException">No agent answers, or it refuses.</exception>
    Task<JsonElement> AskGuestAsync(string containerId, string command, JsonObject? arguments, CancellationToken cancel);
}

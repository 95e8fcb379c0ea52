using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

internal sealed partial class InstanceRuntime : IMachineRuntime
{
    /// <summary>Reads what is there, and takes over the machines that nobody looks after yet.</summary>
    public async Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel)
    {
        var sandboxes = new List<ObservedSandbox>();
        foreach (var sandbox in _store.Sandboxes())
        {
            var containers = new List<ObservedContainer>();
            var conditions = new List<ObservedCondition>();
            foreach (var (files, machine) in _store.Machines(sandbox.Id))
            {
                containers.Add(await ObserveAsync(files, machine, conditions, cancel));
            }

            sandboxes.Add(new ObservedSandbox(
                sandbox.Id, sandbox.PodUid, sandbox.PodNamespace, sandbox.PodName, sandbox.Attempt, Ready: true, _network.PlaceOf(_store.PlaceOf(sandbox.Id))?.Address, sandbox.CreatedAt, containers)
            { Conditions = conditions });
        }

        return sandboxes;
    }

    public async Task CommandAsync(string containerId, MachineCommand command, CancellationToken cancel)
    {
        var supervisor = Running(containerId).Supervisor;
        var (qmp, arguments) = command switch
        {
            MachineCommand.Pause => ("stop", null),
            MachineCommand.Unpause => ("cont", null),
            MachineCommand.Reset => ("system_reset", (JsonObject?)null),
            // What the keyboard's three keys mean to a guest without an agent; one with an agent is asked by it.
            _ => supervisor.IsAgentConnected ? ("", null) : ("send-key", new JsonObject
            {
                ["keys"] = new JsonArray([.. ((string[])["ctrl", "alt", "delete"]).Select(key => new JsonObject { ["type"] = "qcode", ["data"] = key })]),
            }),
        };
        try
        {
            if (qmp.Length == 0)
            {
                await GuestAgent.TellAsync(Running(containerId).Files.AgentSocket(), "guest-shutdown", new JsonObject { ["mode"] = "reboot" }, cancel);
                return;
            }

            await supervisor.ExecuteAsync(qmp, arguments, cancel);
        }
        catch (Exception error) when (error is QmpCommandException or QmpUnavailableException)
        {
            throw new RuntimeRefusalException("MachineCommandFailed", error.Message, error);
        }
    }

    public async Task<Stream> OpenAsync(string containerId, MachineStream stream, CancellationToken cancel)
    {
        var (files, _) = Running(containerId);
        var (path, what) = stream == MachineStream.Console ? (files.SerialSocket(), "serial console") : (files.VncSocket(), "graphics device");
        if (!File.Exists(path))
        {
            throw new RuntimeRefusalException("NoSuchDevice", $"the machine has no {what}");
        }

        return stream == MachineStream.Console ? await _consoles.OpenAsync(path, cancel) : await ConnectAsync(path, cancel);
    }

    /// <summary>Has the console's log opened anew, after it was renamed.</summary>
    public Task ReopenLogAsync(string containerId, CancellationToken cancel) => Running(containerId).Supervisor.ReopenLogAsync(cancel);

    /// <summary>A way to the guest's ports.</summary>
    /// <exception cref="RuntimeRefusalException">It is not in the pod network.</exception>
    public InstancePorts PortsOf(string sandboxId) => _network.PlaceOf(_store.PlaceOf(sandboxId)) is { } place
        ? new InstancePorts(IPAddress.Parse(place.Address))
        : throw new RuntimeRefusalException("PortForwardNotSupported", "the machine is not in the pod network");

    public async Task<JsonElement> AskGuestAsync(string containerId, string command, JsonObject? arguments, CancellationToken cancel)
    {
        var (files, supervisor) = Running(containerId);
        return supervisor.IsAgentConnected
            ? await GuestAgent.AskAsync(files.AgentSocket(), command, arguments, _time, cancel)
            : throw new RuntimeRefusalException("AgentNotConnected", "VMI does not have guest agent connected");
    }

    private readonly ConsoleHolders _consoles = new();

    internal static async Task<NetworkStream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new RuntimeRefusalException("NoSuchDevice", $"the machine does not answer: {error.Message}", error);
        }
    }

    private (MachineDirectory Files, InstanceSupervisor Supervisor) Running(string containerId) =>
        _store.FindMachine(containerId) is var (files, machine) && HasBeenLaunched(files) && Supervise(files, machine) is { ProcessId: not null } supervisor
            ? (files, supervisor)
            : throw new RuntimeRefusalException("NotRunning", "the machine does not run");

    private async Task<ObservedContainer> ObserveAsync(MachineDirectory files, MachineRecord machine, List<ObservedCondition> conditions, CancellationToken cancel)
    {
        var created = new ObservedContainer(
            machine.Id, machine.ContainerName, machine.Attempt, machine.Image, machine.ImageId,
            ContainerState.Created, ExitCode: 0, Reason: null, Message: null, StartedAt: null, FinishedAt: null, Pid: null);
        if (!HasBeenLaunched(files))
        {
            return created;
        }

        var launched = created with { StartedAt = RecordFile.TryRead(files.Launched, MachineJson.Default.LaunchRecord)?.LaunchedAt };
        var outcome = RecordFile.TryRead(files.Outcome, MachineJson.Default.MachineOutcome);
        if (outcome is null)
        {
            var supervisor = Supervise(files, machine);
            if (supervisor.ProcessId is { } processId)
            {
                conditions.AddRange(ConditionsOf(supervisor));
                return launched with { State = ContainerState.Running, Pid = processId };
            }

            await supervisor.Completion.WaitAsync(cancel);
            outcome = RecordFile.TryRead(files.Outcome, MachineJson.Default.MachineOutcome);
        }

        return outcome is null
            ? launched with { State = ContainerState.Unknown }
            : launched with { State = ContainerState.Exited, ExitCode = outcome.ExitCode, Reason = outcome.Reason, Message = outcome.Message, FinishedAt = outcome.FinishedAt };
    }

    private static IEnumerable<ObservedCondition> ConditionsOf(InstanceSupervisor supervisor)
    {
        if (supervisor.State is "paused" or "prelaunch")
        {
            yield return new ObservedCondition(VirtualMachineNames.PausedCondition, "PausedByUser", "VMI was paused by user");
        }
        else if (supervisor.State is "io-error")
        {
            yield return new ObservedCondition(VirtualMachineNames.PausedCondition, "PausedIOError", "VMI was paused, low-level IO error detected");
        }

        if (supervisor.IsAgentConnected)
        {
            yield return new ObservedCondition(VirtualMachineNames.AgentConnectedCondition, "", "");
        }
    }
}

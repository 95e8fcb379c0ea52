using System.Globalization;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>
/// The machines of pods on disk: <c>ROOT/SANDBOX/</c> with <c>containers/NUMBER/</c> below. Directories appear and go by renames, so any crash leaves either a whole
/// one or one whose name says that it is to be deleted. Nothing is ever mounted below: see <see cref="SharedDirectory"/>.
/// </summary>
internal sealed class PodMachineStore
{
    private const string NewPrefix = ".new-";
    private const string GonePrefix = ".gone-";

    private readonly string _root;
    private readonly string _runDirectory;

    public PodMachineStore(string root, string runDirectory)
    {
        (_root, _runDirectory) = (root, runDirectory);
        Directory.CreateDirectory(root);
        foreach (var leftover in Directory.EnumerateDirectories(root).Where(path => Path.GetFileName(path).StartsWith('.')))
        {
            Directory.Delete(leftover, recursive: true);
        }
    }

    public IEnumerable<PodMachineRecord> Machines() =>
        Directory.EnumerateDirectories(_root).Where(path => !Path.GetFileName(path).StartsWith('.')).Select(path => FindMachine(Path.GetFileName(path))).OfType<PodMachineRecord>();

    public PodMachineRecord? FindMachine(string id) => IsName(id) ? RecordFile.TryRead(Files(id).Record, PodJson.Default.PodMachineRecord) : null;

    public PodMachineFiles Files(string id) => new(Path.Combine(_root, id), _runDirectory);

    public void AddMachine(PodMachineRecord machine)
    {
        var partial = NewDirectory(_root);
        Directory.CreateDirectory(Path.Combine(partial, PodMachineFiles.ContainersName));
        RecordFile.Write(Path.Combine(partial, PodMachineFiles.RecordName), machine, PodJson.Default.PodMachineRecord);
        Publish(partial, Path.Combine(_root, machine.Id));
    }

    public void AddContainer(string machineId, PodContainerRecord container)
    {
        var partial = NewDirectory(_root);
        RecordFile.Write(Path.Combine(partial, PodMachineFiles.RecordName), container, PodJson.Default.PodContainerRecord);
        Publish(partial, Files(machineId).Container(container.Number));
    }

    public IEnumerable<PodContainerRecord> Containers(string machineId) =>
        Directory.Exists(Files(machineId).Containers)
            ? Directory.EnumerateDirectories(Files(machineId).Containers).Order(StringComparer.Ordinal)
                .Select(path => RecordFile.TryRead(Path.Combine(path, PodMachineFiles.RecordName), PodJson.Default.PodContainerRecord)).OfType<PodContainerRecord>()
            : [];

    /// <summary>The container of that id (<c>SANDBOX-NUMBER</c>) and its machine, or null.</summary>
    public (PodMachineRecord Machine, PodContainerRecord Container)? FindContainer(string id)
    {
        var dash = id.LastIndexOf('-');
        return dash > 0
            && uint.TryParse(id[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && FindMachine(id[..dash]) is { } machine
            && RecordFile.TryRead(Path.Combine(Files(machine.Id).Container(number), PodMachineFiles.RecordName), PodJson.Default.PodContainerRecord) is { } container
                ? (machine, container)
                : null;
    }

    public static string ContainerId(string machineId, uint number) => string.Create(CultureInfo.InvariantCulture, $"{machineId}-{number}");

    public PodContainerState StateOf(string machineId, uint number) =>
        RecordFile.TryRead(Files(machineId).State(number), PodJson.Default.PodContainerState) ?? PodContainerState.Created;

    public void RemoveContainer(string machineId, uint number) => Remove(Files(machineId).Container(number));

    public void RemoveMachine(string id) => Remove(Path.Combine(_root, id));

    private static string NewDirectory(string root) => Directory.CreateDirectory(Path.Combine(root, NewPrefix + Guid.NewGuid().ToString("N"))).FullName;

    private static void Publish(string partial, string path)
    {
        Directory.Move(partial, path);
        Posix.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            var gone = Path.Combine(_root, GonePrefix + Guid.NewGuid().ToString("N"));
            Directory.Move(path, gone);
            Directory.Delete(gone, recursive: true);
        }
    }

    // Ids come from outside; they must not be paths.
    private static bool IsName(string id) => id.Length > 0 && id.All(char.IsAsciiLetterOrDigit);
}

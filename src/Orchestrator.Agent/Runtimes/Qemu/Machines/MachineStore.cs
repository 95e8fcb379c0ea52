using System.Globalization;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>
/// The sandboxes and machines of one technology on disk: <c>ROOT/SANDBOX/ATTEMPT/</c>. Directories appear and go by renames, so any crash leaves
/// either a whole one or one whose name says that it is to be deleted.
/// </summary>
internal sealed class MachineStore
{
    private const string NewPrefix = ".new-";
    private const string GonePrefix = ".gone-";
    private const string SandboxFile = "sandbox.json";

    private readonly string _root;
    private readonly string _runDirectory;

    public MachineStore(string root, string runDirectory)
    {
        _root = root;
        _runDirectory = runDirectory;
        Directory.CreateDirectory(root);
        foreach (var leftover in Directory.EnumerateDirectories(root).Where(path => Path.GetFileName(path).StartsWith('.')))
        {
            Directory.Delete(leftover, recursive: true);
        }
    }

    public IEnumerable<SandboxRecord> Sandboxes() => Directory.EnumerateDirectories(_root)
        .Select(path => RecordFile.TryRead(Path.Combine(path, SandboxFile), MachineJson.Default.SandboxRecord))
        .OfType<SandboxRecord>();

    public SandboxRecord? FindSandbox(string id) =>
        IsName(id) ? RecordFile.TryRead(Path.Combine(_root, id, SandboxFile), MachineJson.Default.SandboxRecord) : null;

    public void AddSandbox(SandboxRecord sandbox)
    {
        var partial = NewDirectory();
        RecordFile.Write(Path.Combine(partial, SandboxFile), sandbox, MachineJson.Default.SandboxRecord);
        Publish(partial, Path.Combine(_root, sandbox.Id));
    }

    public IEnumerable<(MachineDirectory Files, MachineRecord Machine)> Machines(string sandboxId) =>
        Directory.Exists(Path.Combine(_root, sandboxId))
            ? Directory.EnumerateDirectories(Path.Combine(_root, sandboxId)).Order(StringComparer.Ordinal).Select(Read).OfType<(MachineDirectory, MachineRecord)>()
            : [];

    /// <summary>The machine of that id (<c>SANDBOX-ATTEMPT</c>), or null.</summary>
    public (MachineDirectory Files, MachineRecord Machine)? FindMachine(string id) =>
        id.LastIndexOf('-') is var dash and > 0 && IsName(id) ? Read(Path.Combine(_root, id[..dash], id[(dash + 1)..])) : null;

    public static string MachineId(string sandboxId, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{sandboxId}-{attempt}");

    /// <summary>The pod's volume disk, shared by its machines one after the other.</summary>
    public string VolumeDisk(string sandboxId) => Path.Combine(_root, sandboxId, "volumes");

    /// <summary>A sandbox's directory.</summary>
    public string PlaceOf(string sandboxId) => Path.Combine(_root, sandboxId);

    /// <summary>Where a machine's directory is once it is added.</summary>
    public string PlaceOf(string sandboxId, int attempt) => Path.Combine(_root, sandboxId, attempt.ToString(CultureInfo.InvariantCulture));

    /// <summary>An empty directory to prepare a machine in.</summary>
    public string NewDirectory() => Directory.CreateDirectory(Path.Combine(_root, NewPrefix + Guid.NewGuid().ToString("N"))).FullName;

    public static void Discard(string partial) => Directory.Delete(partial, recursive: true);

    public MachineDirectory FilesOf(string path) => new(path, _runDirectory);

    public void AddMachine(string partial, MachineRecord machine)
    {
        RecordFile.Write(FilesOf(partial).Spec, machine, MachineJson.Default.MachineRecord);
        Publish(partial, PlaceOf(machine.SandboxId, machine.Attempt));
    }

    public void RemoveMachine(MachineDirectory files) => Remove(files.Path);

    public void RemoveSandbox(string id)
    {
        if (IsName(id) && Directory.Exists(Path.Combine(_root, id)))
        {
            Remove(Path.Combine(_root, id));
        }
    }

    private static void Publish(string partial, string path)
    {
        Directory.Move(partial, path);
        Posix.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private void Remove(string path)
    {
        var gone = Path.Combine(_root, GonePrefix + Guid.NewGuid().ToString("N"));
        Directory.Move(path, gone);
        Directory.Delete(gone, recursive: true);
    }

    private (MachineDirectory, MachineRecord)? Read(string path)
    {
        var files = FilesOf(path);
        return RecordFile.TryRead(files.Spec, MachineJson.Default.MachineRecord) is { } machine ? (files, machine) : null;
    }

    // Ids come from outside; they must not be paths.
    private static bool IsName(string id) => id.Length > 0 && id.All(character => char.IsAsciiLetterOrDigit(character) || character == '-');
}

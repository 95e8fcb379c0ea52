using k8s;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>The files of a virtual machine besides those that every machine has.</summary>
internal static class InstanceFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>See <see cref="InstanceRecord"/>.</summary>
    public static string Record(this MachineDirectory files) => System.IO.Path.Combine(files.Path, "instance.json");

    /// <summary>See <see cref="InstanceEnd"/>.</summary>
    public static string End(this MachineDirectory files) => System.IO.Path.Combine(files.Path, "end.json");

    public static string FirmwareVariables(this MachineDirectory files) => System.IO.Path.Combine(files.Path, "variables.fd");

    public static string Disk(this MachineDirectory files, string name, string suffix) => System.IO.Path.Combine(files.Path, $"disk-{name}.{suffix}");

    /// <summary>The serial console's socket.</summary>
    public static string SerialSocket(this MachineDirectory files) => System.IO.Path.ChangeExtension(files.Monitor, ".tty");

    public static string VncSocket(this MachineDirectory files) => System.IO.Path.ChangeExtension(files.Monitor, ".vnc");

    /// <summary>Socket of the guest's agent.</summary>
    public static string AgentSocket(this MachineDirectory files) => System.IO.Path.ChangeExtension(files.Monitor, ".qga");

    public static void WriteRecord(this MachineDirectory files, InstanceRecord record)
    {
        WritePrivate(files.Record(), System.Text.Encoding.UTF8.GetBytes(KubernetesJson.Serialize(record)));
    }

    public static InstanceRecord ReadRecord(this MachineDirectory files) => KubernetesJson.Deserialize<InstanceRecord>(File.ReadAllText(files.Record()));

    /// <summary>Secrets may be inside.</summary>
    public static void WritePrivate(string path, byte[] content)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    public static bool HasShutDown(this MachineDirectory files) => RecordFile.TryRead(files.End(), InstanceJson.Default.InstanceEnd) is { HasShutDown: true };
}

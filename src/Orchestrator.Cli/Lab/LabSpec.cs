using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Cli.Lab;

/// <summary>What a lab consists of. Chosen once by <c>lab up</c> and kept, so that ports and names stay the same over restarts.</summary>
/// <param name="Id">Eight hexadecimal digits made of the lab's directory: keeps apart the control groups and bridges of several labs on one machine.</param>
/// <param name="Nodes">Agents, one per node.</param>
/// <param name="ServerPort">Port of the API on 127.0.0.1.</param>
/// <param name="Program">How to start <c>orchestrator</c>: the program and its first arguments.</param>
/// <param name="Containerd">How to start the private containerd, or null if the lab has virtual machines only.</param>
/// <param name="Qemu">Whether agents run virtual machines.</param>
internal sealed record LabSpec(
    string Id,
    IReadOnlyList<LabNode> Nodes,
    int ServerPort,
    IReadOnlyList<string> Program,
    LabContainerd? Containerd,
    bool Qemu)
{
    /// <summary>Parent control group of the workloads of a node.</summary>
    public string CgroupParent(LabNode node) => $"orchestrator-{Id}-{node.Name}";

    /// <summary>Reads a lab's specification; null if there is no lab.</summary>
    public static LabSpec? Read(LabLayout layout) =>
        File.Exists(layout.SpecFile) ? JsonSerializer.Deserialize(File.ReadAllBytes(layout.SpecFile), LabJson.Default.LabSpec) : null;

    /// <summary>Replaces the file whole: a reader sees the old one or the new one.</summary>
    public void Write(LabLayout layout)
    {
        var temporary = layout.SpecFile + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, LabJson.Default.LabSpec));
        File.Move(temporary, layout.SpecFile, overwrite: true);
    }
}

/// <param name="Name">Node name.</param>
/// <param name="Port">Port of the agent's endpoint on 127.0.0.1.</param>
internal sealed record LabNode(string Name, int Port);

/// <param name="Command">The program and its arguments.</param>
/// <param name="Socket">UNIX socket on which it answers.</param>
internal sealed record LabContainerd(IReadOnlyList<string> Command, string Socket);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(LabSpec))]
internal sealed partial class LabJson : JsonSerializerContext;

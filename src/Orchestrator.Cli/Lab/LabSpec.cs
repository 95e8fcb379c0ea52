using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Cli.Lab.Networks;

namespace Orchestrator.Cli.Lab;

/// <summary>What a lab consists of. Chosen once by <c>lab up</c> and kept, so that ports and names stay the same over restarts.</summary>
/// <param name="Id">Eight hexadecimal digits made of the lab's directory: keeps apart the control groups and bridges of several labs on one machine.</param>
/// <param name="Nodes">Agents, one per node.</param>
/// <param name="ServerPort">Port of the API on <see cref="ServerAddress"/>.</param>
/// <param name="Program">How to start <c>orchestrator</c>: the program and its first arguments.</param>
/// <param name="Qemu">Whether agents run virtual machines.</param>
internal sealed record LabSpec(
    string Id,
    IReadOnlyList<LabNode> Nodes,
    int ServerPort,
    IReadOnlyList<string> Program,
    bool Qemu)
{
    /// <summary>Whether each node has a network of its own; the nodes of a lab of one are on the machine's.</summary>
    [JsonIgnore]
    public bool HasNamespaces => Nodes.Any(node => node.Network is not null);

    /// <summary>Where the API listens: where the nodes are.</summary>
    [JsonIgnore]
    public string ServerAddress => HasNamespaces ? new LabAddresses(Id).Machine : "127.0.0.1";

    /// <summary>URL of the API.</summary>
    [JsonIgnore]
    public string ServerUrl => $"https://{ServerAddress}:{ServerPort}";

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
/// <param name="Port">Port of the agent's endpoint.</param>
/// <param name="Containerd">The node's private containerd.</param>
/// <param name="Network">The node's own network; null where it is on the machine's.</param>
internal sealed record LabNode(string Name, int Port, LabContainerd Containerd, LabNamespace? Network)
{
    [JsonIgnore]
    public string Address => Network?.Address ?? "127.0.0.1";
}

/// <param name="NamespaceFile">File that keeps the network namespace.</param>
/// <param name="Address">The node's address among the nodes.</param>
internal sealed record LabNamespace(string NamespaceFile, string Address)
{
    /// <summary>What a command begins with that is to run in it. Not <c>ip netns exec</c>, which mounts another /sys and hides control groups from runc.</summary>
    public static IReadOnlyList<string> Prefix(LabNamespace? network) => network is null ? [] : ["nsenter", "--net=" + network.NamespaceFile, "--"];
}

/// <param name="Unit">Name of its process.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Socket">UNIX socket on which it answers.</param>
/// <param name="CniConfigDirectory">Where it looks for the pod network, which the node's agent writes.</param>
internal sealed record LabContainerd(string Unit, IReadOnlyList<string> Command, string Socket, string CniConfigDirectory);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(LabSpec))]
internal sealed partial class LabJson : JsonSerializerContext;

using Orchestrator.Cli.Lab.Networks;

namespace Orchestrator.Cli.Lab.Processes;

/// <summary>One process of a lab that is kept alive.</summary>
/// <param name="Name">containerd, server, or the node's name.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="RequiredFile">The unit is not started before this file exists (an agent's kubeconfig); null if it needs none.</param>
internal sealed record LabUnit(string Name, IReadOnlyList<string> Command, string? RequiredFile)
{
    public const string Containerd = "containerd";
    public const string Server = "server";

    /// <summary>The processes of a lab, in the order in which they start. Postgres is not among them: the server supervises it.</summary>
    public static IReadOnlyList<LabUnit> Of(LabSpec spec, LabLayout layout)
    {
        var units = new List<LabUnit>();
        units.AddRange(spec.Nodes.Select(node => new LabUnit(node.Containerd.Unit, node.Containerd.Command, RequiredFile: null)));
        units.Add(OfServer(spec, layout));
        units.AddRange(spec.Nodes.Select(node => Agent(spec, layout, node)));
        return units;
    }

    private static LabUnit OfServer(LabSpec spec, LabLayout layout)
    {
        var addresses = new LabAddresses(spec.Id);
        return new LabUnit(
            Server,
            [
                .. spec.Program, "server",
                "--data-dir", layout.ServerData,
                "--listen", $"{spec.ServerAddress}:{spec.ServerPort}",
                "--cluster-cidr", addresses.Pods,
                "--service-cluster-ip-range", addresses.Services,
            ],
            RequiredFile: null);
    }

    private static LabUnit Agent(LabSpec spec, LabLayout layout, LabNode node)
    {
        var credentials = layout.AgentCredentials(node.Name);
        var kubeconfig = Path.Combine(credentials, "kubeconfig");
        List<string> command =
        [
            .. LabNamespace.Prefix(node.Network), .. spec.Program, "agent",
            "--node-name", node.Name,
            "--kubeconfig", kubeconfig,
            "--root-dir", layout.AgentRoot(node.Name),
            "--listen", $"{node.Address}:{node.Port}",
            "--node-ip", node.Address,
            "--serving-cert", Path.Combine(credentials, "serving.crt"),
            "--serving-key", Path.Combine(credentials, "serving.key"),
            "--client-ca", Path.Combine(credentials, "ca.crt"),
            "--image-store", layout.ImageStore,
            "--cgroup-parent", spec.CgroupParent(node),
            "--containerd-socket", node.Containerd.Socket,
            "--cni-conf-dir", node.Containerd.CniConfigDirectory,
            "--bridge", new LabAddresses(spec.Id).PodBridge,
        ];
        if (spec.Qemu)
        {
            command.Add("--qemu");
        }

        return new LabUnit(node.Name, command, kubeconfig);
    }
}

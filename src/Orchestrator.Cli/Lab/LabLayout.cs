namespace Orchestrator.Cli.Lab;

/// <summary>Where a lab keeps what: everything below one directory, so that taking it away is removing that directory.</summary>
internal sealed record LabLayout(string Root)
{
    public static LabLayout Default { get; } = new("/var/lib/orchestrator/lab");

    /// <summary>What the lab consists of, as JSON: see <see cref="LabSpec"/>.</summary>
    public string SpecFile => Path.Combine(Root, "lab.json");

    /// <summary>Held by the command that changes the lab: one <c>up</c> or <c>down</c> at a time.</summary>
    public string CommandLock => Path.Combine(Root, "command.lock");

    /// <summary>Held by the supervisor while it lives.</summary>
    public string SupervisorLock => Path.Combine(Root, "supervisor.lock");

    public string Programs => Path.Combine(Root, "bin");

    public string Logs => Path.Combine(Root, "logs");

    public string Processes => Path.Combine(Root, "processes");

    public string ContainerdRoot(string unit) => Path.Combine(Root, unit);

    /// <summary>Keeps the network namespace of a node.</summary>
    public string NamespaceFile(string node) => Path.Combine(Root, "networks", node);

    public string ServerData => Path.Combine(Root, "server");

    public string AdminKubeconfig => Path.Combine(ServerData, "admin.kubeconfig");

    /// <summary>OCI images for machines; shared by the lab's agents.</summary>
    public string ImageStore => Path.Combine(Root, "images");

    public string AgentRoot(string node) => Path.Combine(Root, "agents", node);

    public string AgentCredentials(string node) => Path.Combine(Root, "credentials", node);

    public string LogFile(string unit) => Path.Combine(Logs, unit + ".log");

    public string ProcessFile(string unit) => Path.Combine(Processes, unit);
}

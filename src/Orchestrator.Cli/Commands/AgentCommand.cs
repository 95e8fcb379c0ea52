using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Hosting;
using Orchestrator.Agent.Devices;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Runtimes.Containerd;
using Orchestrator.Cli.NodeAgent;
using Orchestrator.Cli.Telemetry;
using Orchestrator.Model.Devices;
using Orchestrator.Model.Validation;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator agent</c>: runs the pods bound to one node.</summary>
internal static class AgentCommand
{
    private const string DefaultContainerdSocket = "/run/containerd/containerd.sock";

    private static readonly Option<string> NodeName = new("--node-name") { Description = "Name of this machine's Node object", HelpName = "NAME", Required = true };
    private static readonly Option<string?> Kubeconfig = new("--kubeconfig") { Description = "How to reach the API server, as user system:node:NAME", HelpName = "FILE" };
    private static readonly Option<string> RootDirectory = new("--root-dir") { Description = "Directory for volumes, logs and machines", HelpName = "DIR", DefaultValueFactory = _ => "/var/lib/orchestrator/agent" };
    private static readonly Option<string> Listen = new("--listen") { Description = "Address and port of the agent's endpoint", HelpName = "IP:PORT", DefaultValueFactory = _ => "127.0.0.1:10250" };
    private static readonly Option<string?> NodeIp = new("--node-ip") { Description = "Address under which the API server reaches the endpoint; by default the one listened on", HelpName = "IP" };
    private static readonly Option<string?> ServingCertificate = new("--serving-cert") { Description = "Certificate of the endpoint (PEM)", HelpName = "FILE" };
    private static readonly Option<string?> ServingKey = new("--serving-key") { Description = "Key of the endpoint's certificate (PEM)", HelpName = "FILE" };
    private static readonly Option<string?> ClientAuthority = new("--client-ca") { Description = "Authority of the API server's client certificate (PEM)", HelpName = "FILE" };
    private static readonly Option<string?> BootstrapToken = new("--bootstrap-token") { Description = "Join with a bootstrap token: kubeconfig and certificates are requested, and kept in ROOT-DIR/pki. Needs --server and --client-ca", HelpName = "ID.SECRET" };
    private static readonly Option<string?> ServerUrl = new("--server") { Description = "URL of the API server, for joining", HelpName = "URL" };
    private static readonly Option<string?> ContainerdSocket = new("--containerd-socket") { Description = $"containerd's socket; by default {DefaultContainerdSocket} where it exists", HelpName = "PATH" };
    private static readonly Option<bool> Qemu = new("--qemu") { Description = "Run pods of the runtime classes qemu, kvm and vm as virtual machines" };
    private static readonly Option<string> CgroupParent = new("--cgroup-parent") { Description = "Control group under which those of the pods are made", HelpName = "NAME", DefaultValueFactory = _ => new ContainerdOptions { SocketPath = "", NodeName = "" }.CgroupParent };
    private static readonly Option<string> ImageStore = new("--image-store") { Description = "Directory of the images that virtual machines boot", HelpName = "DIR", DefaultValueFactory = _ => "/var/lib/orchestrator/images" };
    private static readonly Option<string?> NodeLabels = new("--node-labels") { Description = "Further labels of the Node: key=value,key=value", HelpName = "LABELS" };
    private static readonly Option<string[]> Devices = new("--device")
    {
        Description = "Devices that pods can be given: RESOURCE[,count=N][,id=ID][,model=MODEL][,memory=QUANTITY][,path=/dev/FILE]...[,pci=ADDRESS], where % in id and path is the number of each. May be repeated. By default GPUs are looked for; 'none' for none",
        HelpName = "DEVICES",
    };

    private static readonly Option<long?> PodPidsLimit = new("--pod-pids-limit") { Description = "Processes and threads that a pod may have; by default as many as the machine", HelpName = "N" };
    private static readonly Option<bool> SeccompDefault = new("--seccomp-default") { Description = "Give containers that name no seccomp profile the runtime's own, rather than none" };
    private static readonly Option<string> EvictionHard = new("--eviction-hard") { Description = "How little may be left before pods are evicted: SIGNAL<AMOUNT or SIGNAL<N%, separated by commas; signals are memory.available, nodefs.available and pid.available", HelpName = "THRESHOLDS", DefaultValueFactory = _ => EvictionThresholds.Default };
    private static readonly Option<string?> SystemReserved = new("--system-reserved") { Description = "What is kept back from pods: cpu=QUANTITY,memory=QUANTITY,ephemeral-storage=QUANTITY; by default memory=128Mi", HelpName = "RESOURCES" };
    private static readonly Option<string?> RegistryConfig = new("--registry-config") { Description = "The node's own credentials for registries, as Docker's config.json", HelpName = "FILE" };
    private static readonly Option<string?> OtlpEndpoint = new("--otlp-endpoint") { Description = "Where to send traces, metrics and logs (OTLP over gRPC)", HelpName = "URL" };

    public static Command Create()
    {
        var command = new Command("agent", "Run the pods that are bound to this node. Stopping the agent leaves them running; starting it again picks them up.")
        {
            NodeName, Kubeconfig, RootDirectory, Listen, NodeIp, ServingCertificate, ServingKey, ClientAuthority,
            BootstrapToken, ServerUrl, ContainerdSocket, Qemu, CgroupParent, ImageStore, NodeLabels, Devices,
            PodPidsLimit, SeccompDefault, EvictionHard, SystemReserved, RegistryConfig, OtlpEndpoint,
            SimulatedAgentCommand.Create(),
        };
        AgentNetworkOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await JoinAsync(parsed, cancel);
            await using var app = AgentHost.Create(Settings(parsed));
            await app.StartAsync(cancel);
            await app.WaitForShutdownAsync(cancel);
            return 0;
        });
        return command;
    }

    /// <summary>Reads the options; also for those who act in an agent's stead when it is gone.</summary>
    internal static AgentSettings Settings(ParseResult parsed)
    {
        var listen = IPEndPoint.TryParse(parsed.GetRequiredValue(Listen), out var endpoint) && endpoint.Port > 0
            ? endpoint
            : throw new CommandFailedException($"--listen: '{parsed.GetValue(Listen)}' is not an address and port, such as 127.0.0.1:10250");
        var socket = parsed.GetValue(ContainerdSocket) ?? (File.Exists(DefaultContainerdSocket) ? DefaultContainerdSocket : null);
        if (socket is null && !parsed.GetValue(Qemu))
        {
            throw new CommandFailedException("no runtime: give --containerd-socket (containerd is not running at its usual place) or --qemu, or both");
        }

        return new AgentSettings
        {
            NodeName = parsed.GetRequiredValue(NodeName),
            KubeconfigPath = Existing(parsed, Kubeconfig, NodeJoin.KubeconfigFile),
            RootDirectory = Path.GetFullPath(parsed.GetRequiredValue(RootDirectory)),
            Listen = listen,
            NodeIp = ParseNodeIp(parsed.GetValue(NodeIp), listen),
            ServingCertificatePath = Existing(parsed, ServingCertificate, NodeJoin.ServingCertificateFile),
            ServingKeyPath = Existing(parsed, ServingKey, NodeJoin.ServingKeyFile),
            ClientAuthorityPath = Existing(parsed, ClientAuthority, null),
            ContainerdSocket = socket,
            Qemu = parsed.GetValue(Qemu),
            CgroupParent = parsed.GetRequiredValue(CgroupParent).Trim('/'),
            ImageStoreDirectory = Path.GetFullPath(parsed.GetRequiredValue(ImageStore)),
            NodeLabels = ParseLabels(parsed.GetValue(NodeLabels)),
            Devices = ParseDevices(parsed.GetValue(Devices)),
            PodNetwork = AgentNetworkOptions.Read(parsed, Path.GetFullPath(parsed.GetRequiredValue(RootDirectory))),
            PodPidsLimit = parsed.GetValue(PodPidsLimit) is { } pids ? pids > 0 ? pids : throw new CommandFailedException("--pod-pids-limit: must be more than 0") : null,
            SeccompDefault = parsed.GetValue(SeccompDefault),
            EvictionHard = NodeResourceOptions.Thresholds(parsed.GetRequiredValue(EvictionHard)),
            SystemReserved = NodeResourceOptions.Reserved(parsed.GetValue(SystemReserved)),
            RegistryConfigPath = parsed.GetValue(RegistryConfig) is { } config ? Path.GetFullPath(config) : null,
            OtlpEndpoint = ParseOtlpEndpoint(parsed.GetValue(OtlpEndpoint)),
        };
    }

    /// <summary>Gets the credentials that are missing or due, where the agent is told how.</summary>
    private static async Task JoinAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (parsed.GetValue(BootstrapToken) is not { } token)
        {
            return;
        }

        if (parsed.GetValue(ServerUrl) is not { } url || !Uri.TryCreate(url, UriKind.Absolute, out var server) || server.Scheme != Uri.UriSchemeHttps)
        {
            throw new CommandFailedException("--bootstrap-token needs --server with the https URL of the API server");
        }

        if (!IPEndPoint.TryParse(parsed.GetRequiredValue(Listen), out var listen))
        {
            throw new CommandFailedException($"--listen: '{parsed.GetValue(Listen)}' is not an address and port, such as 127.0.0.1:10250");
        }

        var nodeIp = ParseNodeIp(parsed.GetValue(NodeIp), listen);
        await new NodeJoin(JoinDirectory(parsed), parsed.GetRequiredValue(NodeName), nodeIp, server, Existing(parsed, ClientAuthority, null), TimeProvider.System)
            .EnsureAsync(token, cancel);
    }

    private static string JoinDirectory(ParseResult parsed) => Path.Combine(Path.GetFullPath(parsed.GetRequiredValue(RootDirectory)), "pki");

    private static string Existing(ParseResult parsed, Option<string?> option, string? joined)
    {
        var path = parsed.GetValue(option)
            ?? (joined is not null && parsed.GetValue(BootstrapToken) is not null ? Path.Combine(JoinDirectory(parsed), joined) : null)
            ?? throw new CommandFailedException($"{option.Name} is needed{(joined is null ? "" : ", or --bootstrap-token")}");
        return File.Exists(path) ? path : throw new CommandFailedException($"{option.Name}: there is no file '{path}'");
    }

    private static IPAddress ParseNodeIp(string? text, IPEndPoint listen)
    {
        if (text is null)
        {
            return listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any)
                ? throw new CommandFailedException("--node-ip is needed where --listen names all addresses")
                : listen.Address;
        }

        return IPAddress.TryParse(text, out var address) ? address : throw new CommandFailedException($"--node-ip: '{text}' is not an IP address");
    }

    internal static Dictionary<string, string> ParseLabels(string? text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = pair.Split('=', 2);
            if (parts is not [{ Length: > 0 } key, var value])
            {
                throw new CommandFailedException($"--node-labels: '{pair}' is not key=value");
            }

            labels[key] = value;
        }

        return labels;
    }

    private static List<NodeDevice>? ParseDevices(string[]? options)
    {
        if (options is not { Length: > 0 } || options is ["none"])
        {
            return options is ["none"] ? [] : null;
        }

        List<NodeDevice> devices = [];
        foreach (var option in options)
        {
            try
            {
                devices.AddRange(DeviceOption.Parse(option));
            }
            catch (FormatException error)
            {
                throw new CommandFailedException($"--device '{option}': {error.Message}");
            }
        }

        var errors = new List<FieldError>();
        NodeDeviceText.Read(NodeDeviceText.Write(devices), "--device", errors);
        return errors.Count == 0 ? devices : throw new CommandFailedException(string.Join("; ", errors));
    }

    private static Uri? ParseOtlpEndpoint(string? text)
    {
        try
        {
            return TelemetryOptions.ResolveEndpoint(text, Environment.GetEnvironmentVariable);
        }
        catch (FormatException error)
        {
            throw new CommandFailedException($"--otlp-endpoint: {error.Message}");
        }
    }
}

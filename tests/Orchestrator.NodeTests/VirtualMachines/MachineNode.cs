using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.NodeAgent;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.NodeTests.VirtualMachines;

/// <summary>A server and an agent that runs virtual machines by QEMU, each composed as its command composes it, and an image of a small guest.</summary>
public sealed class MachineNode(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Node = "machines";

    private readonly TemporaryDirectory _directory = new();
    private readonly int _agentPort = LocalPort.Free();
    private TestServer? _server;
    private WebApplication? _agent;

    public TestServer Server => _server!;

    /// <summary>For whatever the tests need.</summary>
    public string Directory => _directory.Path;

    /// <summary>For disks of the node.</summary>
    public string Disks => _directory.Sub("disks");

    public string Images => Path.Combine(_directory.Path, "images");

    public async ValueTask InitializeAsync()
    {
        await SmallGuest.BuildAsync(Images, _directory.Path);
        _server = await TestServer.StartAsync(postgres);
        NodeCredentials.Issue(_server.DataDirectory, Node, IPAddress.Loopback, _server.Address, _directory.Sub("credentials"), TimeProvider.System);
        await StartAgentAsync();
        await Eventually.TrueAsync(
            async () => (await _server.Kubectl().RunAsync("get", "hypervisors", "-o", "jsonpath={.items[*].status.runtimeHandlers}")).Contains("vm", StringComparison.Ordinal), "a hypervisor that runs machines");
    }

    public async Task StartAgentAsync()
    {
        string Credential(string file) => Path.Combine(_directory.Path, "credentials", file);
        _agent = AgentHost.Create(new AgentSettings
        {
            NodeName = Node,
            KubeconfigPath = Credential("kubeconfig"),
            RootDirectory = Path.Combine(_directory.Path, "agent"),
            Listen = new IPEndPoint(IPAddress.Loopback, _agentPort),
            NodeIp = IPAddress.Loopback,
            ServingCertificatePath = Credential("serving.crt"),
            ServingKeyPath = Credential("serving.key"),
            ClientAuthorityPath = Credential("ca.crt"),
            Qemu = true,
            CgroupParent = "orchestrator-machine-tests",
            ImageStoreDirectory = Images,
            NodeLabels = new Dictionary<string, string>(StringComparer.Ordinal),
        });
        await _agent.StartAsync();
    }

    /// <summary>Stops the agent; its machines stay.</summary>
    public async Task StopAgentAsync()
    {
        if (_agent is not null)
        {
            await _agent.StopAsync();
            await _agent.DisposeAsync();
            _agent = null;
        }
    }

    /// <summary>A VirtualMachine of the small guest.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="strategy">Its run strategy.</param>
    /// <param name="volume">Its first disk, as a volume without a name.</param>
    public Task CreateAsync(string name, string strategy, string volume = "emptyDisk: {capacity: 1Mi}") => Server.Kubectl().FeedAsync(
        $$$"""
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {name: "{{{name}}}"}
        spec:
          runStrategy: {{{strategy}}}
          template:
            spec:
              terminationGracePeriodSeconds: 0
              domain:
                memory: {guest: 128Mi}
                firmware:
                  kernelBoot:
                    kernelArgs: console=ttyS0 quiet panic=-1
                    container: {image: "{{{SmallGuest.Image}}}", imagePullPolicy: Never, kernelPath: /boot/vmlinux, initrdPath: /boot/initrd}
                devices:
                  autoattachGraphicsDevice: false
                  disks: [{name: data, disk: {bus: virtio}}]
              volumes: [{name: data, {{{volume}}} }]
        """,
        "create", "-f", "-");

    public async Task<int> CommandAsync(params string[] arguments) => await OrchestratorRoot.RunAsync([.. arguments, "--kubeconfig", Server.Kubeconfig]);

    public Task<string> GetAsync(string what, string path) => Server.Kubectl().RunAsync("get", what, "-o", $"jsonpath={{{path}}}", "--ignore-not-found");

    public Task StatusAsync(string name, string status)
    {
        var last = "";
        return Eventually.TrueAsync(
            async () =>
            {
                last = await GetAsync($"vm/{name}", ".status");
                return last.Contains($"\"printableStatus\":\"{status}\"", StringComparison.Ordinal);
            },
            $"machine {name} is {status}",
            describe: () => last);
    }

    /// <summary>Uid of the machine's running instance, once it is not the given one and its guest is up.</summary>
    public Task<string> InstanceAsync(string name, string? otherThan = null) => Eventually.GetAsync(
        async () =>
        {
            var told = (await GetAsync($"vmi/{name}", ".metadata.uid}{\" \"}{.status.phase")).Split(' ');
            return told.Length == 2 && told[1] == "Running" && told[0] != otherThan && (await LogAsync(name)).Contains("guest is up", StringComparison.Ordinal) ? told[0] : null;
        },
        $"a running instance of {name}");

    /// <summary>What the console of the machine's latest pod has shown; empty while there is none.</summary>
    public async Task<string> LogAsync(string name)
    {
        var pods = await Server.Kubectl().RunAsync("get", "pods", "-l", $"vm.kubevirt.io/name={name}", "--sort-by=.metadata.creationTimestamp", "-o", "jsonpath={.items[*].metadata.name}");
        // It may go between the two questions.
        return pods.Length == 0 ? "" : (await Server.Kubectl().TryAsync(null, "logs", pods.Split(' ')[^1])).Output;
    }

    /// <summary>Writes a line to the console, and waits for a text to appear after it; without one, for the machine to end.</summary>
    public async Task<string> TypeAsync(string name, string line, string? expected = null)
    {
        using var connection = ApiConnection.Open(Server.Kubeconfig);
        using var socket = await connection.OpenSocketAsync($"/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/{name}/console", CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes(line + "\n"), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var shown = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (expected is null || !shown.ToString().Contains(expected, StringComparison.Ordinal))
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                shown.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
            }
        }
        catch (WebSocketException) when (expected is null)
        {
            // The machine has ended by what it was told.
        }

        return shown.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.Kubectl().TryAsync(null, "delete", "vm", "--all", "--wait=false");
            await Eventually.TrueAsync(async () => await GetAsync("vmi,pods", ".items[*].metadata.name") == "", "no machines are left");
        }

        await StopAgentAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _directory.Dispose();
    }
}

/// <summary>Tests that share the node, one after another: a machine under emulation takes a processor.</summary>
[CollectionDefinition(Name)]
public sealed class MachineNodeTests : ICollectionFixture<MachineNode>
{
    public const string Name = "virtual machines";
}

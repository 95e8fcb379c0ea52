using System.Globalization;
using System.Net;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Runtimes.Containerd;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Cli.NodeAgent;
using Orchestrator.Api.Services;
using Orchestrator.Testing;
using Orchestrator.Testing.Containerd;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.NodeTests.Qemu;

/// <summary>A server and one agent that runs pods on QEMU and on a containerd of its own, and makes their network.</summary>
public sealed class MachineCluster(PostgresFixture postgres) : IAsyncLifetime
{
    public const string Name = "machines";
    public const string Node = "metal";
    public const string Image = ContainerdFixture.BusyboxImage;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _bridge = "orq" + Guid.NewGuid().ToString("N")[..6];
    private ContainerdFixture? _containerd;
    private WebApplication? _agent;

    public TestServer Server { get; private set; } = null!;

    public Kubectl Kubectl => Server.Kubectl();

    public async ValueTask InitializeAsync()
    {
        // Random, so that several runs may share the machine.
        var range = string.Create(CultureInfo.InvariantCulture, $"10.{200 + Random.Shared.Next(50)}.{Random.Shared.Next(256)}.0/24");

        // Every cluster refuses what nobody has of its Services' range: another one on this machine must have another.
        var services = string.Create(CultureInfo.InvariantCulture, $"10.{150 + Random.Shared.Next(40)}.0.0/16");
        _containerd = await ContainerdFixture.StartAsync(TestContext.Current.CancellationToken, hasOwnNetwork: false);
        Server = await TestServer.StartAsync(postgres, adjust: options => options with
        {
            Services = new ServiceNetwork { Addresses = IPNetwork.Parse(services), PodAddresses = IPNetwork.Parse(range), NodePrefixLength = 26 },
        });
        NodeCredentials.Issue(Server.DataDirectory, Node, IPAddress.Loopback, Server.Address, _directory.Path, TimeProvider.System);
        await ImportImageAsync();
        await StartAgentAsync();
        using var client = Server.Client();
        await Eventually.TrueAsync(
            async () => (await client.CoreV1.ListNodeAsync()).Items.Any(n => n.Metadata.Name == Node && n.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true)
                && (await Kubectl.RunAsync("get", "hypervisors", "-o", "jsonpath={.items[*].status.runtimeHandlers}")).Contains("\"vm\"", StringComparison.Ordinal),
            "the node is Ready and serves virtual machines");
    }

    private async Task StartAgentAsync()
    {
        _agent = AgentHost.Create(new AgentSettings
        {
            NodeName = Node,
            KubeconfigPath = Path.Combine(_directory.Path, "kubeconfig"),
            RootDirectory = Path.Combine(_directory.Path, "agent"),
            Listen = new IPEndPoint(IPAddress.Loopback, LocalPort.Free()),
            NodeIp = IPAddress.Loopback,
            ServingCertificatePath = Path.Combine(_directory.Path, "serving.crt"),
            ServingKeyPath = Path.Combine(_directory.Path, "serving.key"),
            ClientAuthorityPath = Path.Combine(_directory.Path, "ca.crt"),
            ContainerdSocket = _containerd!.SocketPath,
            Qemu = true,
            CgroupParent = new ContainerdOptions { SocketPath = "", NodeName = "" }.CgroupParent,
            ImageStoreDirectory = Path.Combine(_directory.Path, "images"),
            NodeLabels = new Dictionary<string, string>(StringComparer.Ordinal),
            PodNetwork = new PodNetworkOptions
            {
                Bridge = _bridge,
                CniConfigDirectory = _containerd.CniConfigDirectory,
                StateDirectory = Path.Combine(_directory.Path, "network"),
            },
        });
        await _agent.StartAsync();
    }

    /// <summary>A pod of one container in a machine, or with another class elsewhere.</summary>
    public static V1Pod Pod(string name, string script, string? runtimeClass = "vm") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default", Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["app"] = name } },
        Spec = new V1PodSpec
        {
            RuntimeClassName = runtimeClass,
            TerminationGracePeriodSeconds = 5,
            Containers = [Container("main", script)],
        },
    };

    public static V1Container Container(string name, string script) =>
        new() { Name = name, Image = Image, ImagePullPolicy = "IfNotPresent", Command = ["/bin/sh", "-c", script] };

    public async Task<V1Pod> RunAsync(V1Pod pod)
    {
        using var client = Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        return await RunningAsync(pod.Metadata.Name);
    }

    public async Task<V1Pod> RunningAsync(string name)
    {
        using var client = Server.Client();
        V1Pod? last = null;
        return await Eventually.GetAsync(
            async () =>
            {
                last = await client.CoreV1.ReadNamespacedPodAsync(name, "default");
                return last.Status?.Phase == "Running" && last.Status.ContainerStatuses?.All(c => c.Ready) == true ? last : null;
            },
            $"pod {name} is running",
            describe: () => KubernetesJson.Serialize(last?.Status));
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            // All machines end before their node does.
            await Kubectl.TryAsync(null, "delete", "deployments,jobs,pods", "--all", "--wait=true", "--timeout=120s", "--grace-period=1");
        }

        if (_agent is not null)
        {
            await _agent.StopAsync();
            await _agent.DisposeAsync();
        }

        if (_containerd is not null)
        {
            await _containerd.DisposeAsync();
        }

        await Shell.RunAsync("ip", ["link", "delete", _bridge], CancellationToken.None);
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        _directory.Dispose();
    }

    /// <summary>The same image for machines as containerd has for containers.</summary>
    private async Task ImportImageAsync()
    {
        await using var archive = File.OpenRead(_containerd!.BusyboxArchive);
        await new ImageArchive(new ImageStore(Path.Combine(_directory.Path, "images"), TimeProvider.System)).ImportAsync(archive, null, CancellationToken.None);
    }
}

/// <summary>Tests that share the cluster and so run one after another.</summary>
[CollectionDefinition(MachineCluster.Name)]
public sealed class MachineClusterTests : ICollectionFixture<MachineCluster>;

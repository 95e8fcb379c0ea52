using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Containerd;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Cli.NodeAgent;
using Orchestrator.NodeTests.Containerd;
using Orchestrator.Testing;
using Orchestrator.Testing.Containerd;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Orchestrator.NodeTests.Cluster;

/// <summary>A server and an agent, each composed as its command composes it, with issued credentials between them and a real containerd below.</summary>
public sealed class OneNodeCluster(PostgresFixture postgres, ContainerdNode containerd) : IAsyncLifetime
{
    public const string Node = "solo";

    private readonly TemporaryDirectory _credentials = new();
    private readonly int _agentPort = LocalPort.Free();
    private ContainerdRuntime? _runtime;
    private TestServer? _server;
    private WebApplication? _agent;

    public TestServer Server => _server!;

    public Uri AgentAddress => new($"https://127.0.0.1:{_agentPort}/");

    /// <summary>What the node's containerd holds of it, seen past the agent.</summary>
    public Task<IReadOnlyList<ObservedSandbox>> SandboxesAsync() => _runtime!.ListAsync(CancellationToken.None);

    internal NodeLayout Layout => new(Path.Combine(containerd.Containerd.Directory, $"agent-{Node}"));

    public async ValueTask InitializeAsync()
    {
        _runtime = containerd.Runtime(Node);
        _server = await TestServer.StartAsync(postgres);
        NodeCredentials.Issue(_server.DataDirectory, Node, IPAddress.Loopback, _server.Address, _credentials.Path, TimeProvider.System);
        await StartAgentAsync();
        using var client = _server.Client();
        await Eventually.TrueAsync(
            async () => (await client.CoreV1.ListNodeAsync()).Items.Any(n => n.Metadata.Name == Node && n.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true),
            "the node is Ready");
    }

    public async Task StartAgentAsync(string? evictionHard = null)
    {
        _agent = AgentHost.Create(new AgentSettings
        {
            NodeName = Node,
            KubeconfigPath = Credential("kubeconfig"),
            RootDirectory = Layout.Root,
            Listen = new IPEndPoint(IPAddress.Loopback, _agentPort),
            NodeIp = IPAddress.Loopback,
            ServingCertificatePath = Credential("serving.crt"),
            ServingKeyPath = Credential("serving.key"),
            ClientAuthorityPath = Credential("ca.crt"),
            ContainerdSocket = containerd.Containerd.SocketPath,
            CgroupParent = new ContainerdOptions { SocketPath = "", NodeName = "" }.CgroupParent,
            ImageStoreDirectory = Path.Combine(Layout.Root, "images"),
            NodeLabels = new Dictionary<string, string>(StringComparer.Ordinal),
            EvictionHard = evictionHard ?? EvictionThresholds.Default,
        });
        await _agent.StartAsync();
    }

    /// <summary>Stops the agent; its pods stay.</summary>
    public async Task StopAgentAsync()
    {
        if (_agent is not null)
        {
            await _agent.StopAsync();
            await _agent.DisposeAsync();
            _agent = null;
        }
    }

    public string Credential(string file) => Path.Combine(_credentials.Path, file);

    /// <summary>A certificate of the server's data directory: <c>admin</c>, <c>apiserver-client</c>.</summary>
    public X509Certificate2 ServerCertificate(string name)
    {
        var pki = ClusterCertificates.PkiDirectory(Server.DataDirectory);
        return X509Certificate2.CreateFromPemFile(Path.Combine(pki, name + ".crt"), Path.Combine(pki, name + ".key"));
    }

    public X509Certificate2 NodeCertificate(string name) => X509Certificate2.CreateFromPemFile(Credential(name + ".crt"), Credential(name + ".key"));

    public static V1Pod Pod(string name, string script) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Spec = new V1PodSpec
        {
            Containers = [new V1Container { Name = "main", Image = ContainerdFixture.BusyboxImage, ImagePullPolicy = "IfNotPresent", Command = ["/bin/sh", "-c", script] }],
        },
    };

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
            describe: () => k8s.KubernetesJson.Serialize(last?.Status));
    }

    public async Task<V1Pod> PhaseAsync(string name, string phase)
    {
        using var client = Server.Client();
        V1Pod? last = null;
        return await Eventually.GetAsync(
            async () =>
            {
                last = await client.CoreV1.ReadNamespacedPodAsync(name, "default");
                return last.Status?.Phase == phase ? last : null;
            },
            $"pod {name} is {phase}",
            describe: () => k8s.KubernetesJson.Serialize(last?.Status));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAgentAsync();
        _runtime?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _credentials.Dispose();
    }
}

/// <summary>Tests that share the cluster and so run one after another: one of them stops its agent.</summary>
[CollectionDefinition(Name)]
public sealed class OneNodeClusterTests : ICollectionFixture<OneNodeCluster>
{
    public const string Name = "one node";
}

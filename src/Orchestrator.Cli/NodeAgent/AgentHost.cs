using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent;
using Orchestrator.Agent.Devices;
using Orchestrator.Agent.Hosting;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Containerd;
using Orchestrator.Agent.Runtimes.Qemu;
using Orchestrator.Agent.Runtimes.Qemu.Instances;
using Orchestrator.Agent.Server;
using Orchestrator.Cli.Telemetry;

namespace Orchestrator.Cli.NodeAgent;

/// <summary>Puts the agent's process together: API client, runtimes, endpoint, telemetry.</summary>
internal static class AgentHost
{
    // An agent that stops leaves its pods running: there is nothing to wait for but the requests under way.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    public static WebApplication Create(AgentSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddOrchestratorConsole();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureAgentEndpoint(
            new EndpointOptions(settings.Listen, settings.ServingCertificatePath, settings.ServingKeyPath, settings.ClientAuthorityPath));
        builder.Services.AddOrchestratorTelemetry(new TelemetryOptions("orchestrator-agent", settings.NodeName, settings.OtlpEndpoint));

        var options = new AgentOptions
        {
            NodeName = settings.NodeName,
            RootDirectory = settings.RootDirectory,
            NodeIp = settings.NodeIp.ToString(),
            Port = settings.Listen.Port,
            NodeLabels = settings.NodeLabels,
            Devices = settings.Devices ?? DeviceDetection.Find("/"),
            EvictionHard = settings.EvictionHard,
            SystemReserved = settings.SystemReserved,
            RegistryConfigPath = settings.RegistryConfigPath,
        };
        var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(settings.KubeconfigPath));
        var network = settings.PodNetwork is { } podNetwork ? new PodNetworking(podNetwork) : null;
        builder.Services.AddNodeAgent(options, client, services => Runtimes(settings, network, services.GetRequiredService<ILoggerFactory>(), new ApiInstanceSource(client)), network);

        var app = builder.Build();
        app.UseMetricsEndpoint(_ => true);
        app.MapAgentEndpoint();
        return app;
    }

    /// <summary>The runtimes that the options ask for.</summary>
    /// <param name="settings">The options.</param>
    /// <param name="network">By which machines get into the pod network; null where they cannot.</param>
    /// <param name="logs">Where the runtimes log.</param>
    /// <param name="instances">Where descriptions of virtual machines come from; null where none is started.</param>
    internal static List<IPodRuntime> Runtimes(AgentSettings settings, PodNetworking? network, ILoggerFactory logs, IInstanceSource? instances = null)
    {
        var runtimes = new List<IPodRuntime>();
        if (settings.ContainerdSocket is { } socket)
        {
            runtimes.Add(new ContainerdRuntime(new ContainerdOptions
            {
                SocketPath = socket,
                NodeName = settings.NodeName,
                CgroupParent = settings.CgroupParent,
                PodPidsLimit = settings.PodPidsLimit,
                SeccompDefault = settings.SeccompDefault,
            }));
        }

        if (settings.Qemu)
        {
            var qemu = new QemuOptions
            {
                NodeName = settings.NodeName,
                RootDirectory = Path.Combine(settings.RootDirectory, "machines"),
                ImageStoreDirectory = settings.ImageStoreDirectory,
                CgroupParent = settings.CgroupParent,
                Network = network?.Taps,
                Leases = network?.Leases,
            };
            runtimes.AddRange(QemuRuntimes.Create(qemu, new HttpClient(), TimeProvider.System, logs, instances));
        }

        return runtimes;
    }
}

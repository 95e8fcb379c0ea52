using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Images.Credentials;
using Orchestrator.Agent.Logs;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Network.Dns;
using Orchestrator.Agent.Nodes;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Server;
using Orchestrator.Agent.Status;
using Orchestrator.Agent.Steps;
using Orchestrator.Agent.Streams;
using Orchestrator.Agent.Tokens;
using Orchestrator.Agent.Usage;
using Orchestrator.Agent.Volumes;
using Orchestrator.Agent.Volumes.Claims;

namespace Orchestrator.Agent.Hosting;

/// <summary>Puts a node agent together.</summary>
public static class AgentServices
{
    /// <param name="client">The agent's own connection to the API server, as <c>system:node:NAME</c>.</param>
    /// <param name="runtimes">What pods can be run with, in order of preference where two serve a handler.</param>
    /// <param name="network">The pod network that the agent makes; null where it is somebody else's.</param>
    /// <exception cref="IOException">The root directory cannot be made.</exception>
    public static IServiceCollection AddNodeAgent(
        this IServiceCollection services, AgentOptions options, IKubernetes client, Func<IServiceProvider, IReadOnlyList<IPodRuntime>> runtimes,
        PodNetworking? network = null)
    {
        Directory.CreateDirectory(options.RootDirectory);
        var layout = new NodeLayout(Path.GetFullPath(options.RootDirectory));
        Directory.CreateDirectory(layout.Pods);
        Directory.CreateDirectory(layout.Logs);
        var capacity = NodeCapacity.OfMachine(options);
        services.AddSingleton(options).AddSingleton(layout).AddSingleton(capacity).AddSingleton(client).AddSingleton(runtimes);
        services.AddSingleton(TimeProvider.System);
        services.AddNodeParts(network);
        return network is null ? services : services.AddPodNetwork(network);
    }

    /// <summary>What one node is made of, given its options, layout, capacity and runtimes, a client and a clock.</summary>
    internal static void AddNodeParts(this IServiceCollection services, PodNetworking? network)
    {
        services.AddSingleton<RuntimeSet>().AddSingleton<RuntimeClasses>();
        services.AddSingleton<PodRegistry>().AddSingleton<NodeInventory>().AddSingleton<NodeAdmission>();
        services.AddSingleton<IConfigSources, ApiConfigSources>();
        services.AddSingleton(s => new ProjectedFiles(s.GetRequiredService<IConfigSources>(), s.GetRequiredService<PodTokens>(), s.GetRequiredService<AgentOptions>().NodeIp, s.GetRequiredService<NodeCapacity>().Allocatable));
        services.AddSingleton<ITokenIssuer, ApiTokenIssuer>().AddSingleton<PodTokens>();
        services.AddSingleton(s => new ApiRelay(s.GetRequiredService<IKubernetes>().BaseUri, s.GetRequiredService<NodeInventory>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ApiRelay>>()));
        services.AddSingleton(s => new ApiAccess(s.GetRequiredService<IKubernetes>().BaseUri, s.GetRequiredService<ApiRelay>(), s.GetService<ClusterView>()));
        if (network is null)
        {
            services.AddHostedService(s => s.GetRequiredService<ApiRelay>());
        }

        services.AddSingleton(s => new PodResolvers(network, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new ContainerEnvironment(s.GetRequiredService<IConfigSources>(), s.GetRequiredService<AgentOptions>().NodeIp, s.GetRequiredService<NodeCapacity>().Allocatable));
        services.AddSingleton<HttpAction>().AddSingleton<ProbeActions>().AddSingleton<ProbeLoopParts>().AddSingleton<PodProbes>().AddSingleton<LifecycleHooks>();
        services.AddSingleton<PullCredentials>().AddSingleton<PodImages>().AddSingleton<TerminationMessages>().AddSingleton<PodEndings>();
        services.AddSingleton<LocalDirectories>().AddSingleton<ClaimedVolumes>();
        services.AddSingleton<PodVolumes>().AddSingleton<StepRunner>().AddSingleton<StatusWriter>().AddSingleton<PodSync>();
        services.AddSingleton<ContainerLogs>().AddSingleton<LogReader>();
        services.AddSingleton<RunningContainers>().AddSingleton<StreamSessions>().AddSingleton<StreamEndpoints>().AddSingleton<MachineEndpoints>();
        services.AddSingleton<NodePressure>().AddHostedService<EvictionLoop>();
        services.AddSingleton<UsageSampler>().AddSingleton<UsageEndpoints>().AddSingleton<TunnelEndpoint>();
        services.AddSingleton<EventRecorder>().AddSingleton<IEventSink>(s => s.GetRequiredService<EventRecorder>());
        services.AddHostedService(s => s.GetRequiredService<EventRecorder>());
        services.AddHostedService<PodWorkers>();
        services.AddHostedService<PodFeed>();
        services.AddHostedService<NodePublisher>();
        services.AddHostedService<RuntimeProbes>();
        services.AddHostedService<LeaseRenewal>();
        services.AddHostedService<VolumeUpkeep>();
        services.AddHostedService<VolumeReclaim>();
        services.AddHostedService<LogRotation>();
    }
}

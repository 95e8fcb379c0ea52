using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Network.Dhcp;
using Orchestrator.Agent.Network.Dns;
using Orchestrator.Agent.Network.Nodes;
using Orchestrator.Agent.Network.Rules;
using Orchestrator.Agent.Network.Taps;

namespace Orchestrator.Agent.Hosting;

/// <summary>Puts the part of an agent together that makes the pod network.</summary>
internal static class NetworkServices
{
    public static IServiceCollection AddPodNetwork(this IServiceCollection services, PodNetworking network)
    {
        services.AddSingleton(network.Options).AddSingleton(network.Node).AddSingleton(network.Taps);
        services.AddSingleton<ClusterView>().AddHostedService(s => s.GetRequiredService<ClusterView>());
        services.AddHostedService<NetworkSetup>();
        services.AddHostedService<TapUpkeep>();
        services.AddSingleton(network.Leases);
        services.AddHostedService<DhcpServer>();
        services.AddHostedService<RuleSync>();
        services.AddHostedService<NameServing>();
        return services;
    }
}

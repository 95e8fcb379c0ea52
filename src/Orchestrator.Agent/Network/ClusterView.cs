using k8s;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Feeds;

namespace Orchestrator.Agent.Network;

/// <summary>
/// What the node's network depends on: nodes, Services and their endpoints, policies. Pods and namespaces of the whole cluster are followed from the first
/// NetworkPolicy on, and not before: most clusters have none, and every node would hear of every pod for nothing.
/// </summary>
public sealed class ClusterView(IKubernetes client, TimeProvider time, ILogger<ClusterView> logger) : BackgroundService
{
    private readonly WakeSignal _policiesChanged = new();

    public ObjectMirror<V1Node> Nodes { get; } = new();

    public ObjectMirror<V1Service> Services { get; } = new();

    public ObjectMirror<V1EndpointSlice> EndpointSlices { get; } = new();

    public ObjectMirror<V1NetworkPolicy> Policies { get; } = new();

    public ObjectMirror<V1Pod> Pods { get; } = new();

    public ObjectMirror<V1Namespace> Namespaces { get; } = new();

    /// <summary>Whether all that rules are made of has been heard of.</summary>
    public bool IsSynchronized => Nodes.IsSynchronized && Services.IsSynchronized && EndpointSlices.IsSynchronized && Policies.IsSynchronized
        && (Policies.Items.Count == 0 || (Pods.IsSynchronized && Namespaces.IsSynchronized));

    /// <summary>Has any change told. The handler must be quick.</summary>
    public void OnChanged(Action handler)
    {
        Nodes.OnChanged(handler);
        Services.OnChanged(handler);
        EndpointSlices.OnChanged(handler);
        Policies.OnChanged(handler);
        Pods.OnChanged(handler);
        Namespaces.OnChanged(handler);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        FollowAsync(ObjectSources.Nodes(client), Nodes, stoppingToken),
        FollowAsync(ObjectSources.Services(client), Services, stoppingToken),
        FollowAsync(ObjectSources.EndpointSlices(client), EndpointSlices, stoppingToken),
        FollowAsync(ObjectSources.NetworkPolicies(client), Policies, stoppingToken),
        FollowPeersAsync(stoppingToken));

    private async Task FollowPeersAsync(CancellationToken stopping)
    {
        Policies.OnChanged(_policiesChanged.Wake);
        while (Policies.Items.Count == 0)
        {
            await _policiesChanged.WaitAsync(Timeout.InfiniteTimeSpan, time, stopping);
        }

        await Task.WhenAll(FollowAsync(ObjectSources.Pods(client, null), Pods, stopping), FollowAsync(ObjectSources.Namespaces(client), Namespaces, stopping));
    }

    private Task FollowAsync<T>(ObjectSource<T> source, ObjectMirror<T> mirror, CancellationToken stopping)
        where T : IKubernetesObject<V1ObjectMeta> => new ObjectFeed<T>(source, mirror, time, logger).RunAsync(stopping);
}

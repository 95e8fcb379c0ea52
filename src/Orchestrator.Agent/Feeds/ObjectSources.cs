using k8s;
using k8s.Models;

namespace Orchestrator.Agent.Feeds;

/// <summary>The kinds that an agent follows.</summary>
internal static class ObjectSources
{
    /// <param name="client">Connection to the API.</param>
    /// <param name="fieldSelector">Which pods; null for those of the whole cluster.</param>
    public static ObjectSource<V1Pod> Pods(IKubernetes client, string? fieldSelector) => new(
        "pods",
        async cancel => Of(await client.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: fieldSelector, cancellationToken: cancel)),
        (version, seconds, cancel) => client.CoreV1.WatchListPodForAllNamespacesAsync(
            allowWatchBookmarks: true, fieldSelector: fieldSelector, resourceVersion: version, timeoutSeconds: seconds, onError: Rethrow, cancellationToken: cancel));

    public static ObjectSource<V1Node> Nodes(IKubernetes client) => new(
        "nodes",
        async cancel => Of(await client.CoreV1.ListNodeAsync(cancellationToken: cancel)),
        (version, seconds, cancel) => client.CoreV1.WatchListNodeAsync(
            allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds, onError: Rethrow, cancellationToken: cancel));

    public static ObjectSource<V1Service> Services(IKubernetes client) => new(
        "services",
        async cancel => Of(await client.CoreV1.ListServiceForAllNamespacesAsync(cancellationToken: cancel)),
        (version, seconds, cancel) => client.CoreV1.WatchListServiceForAllNamespacesAsync(
            allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds, onError: Rethrow, cancellationToken: cancel));

    public static ObjectSource<V1EndpointSlice> EndpointSlices(IKubernetes client) => new(
        "endpointslices",
        async cancel => Of(await client.DiscoveryV1.ListEndpointSliceForAllNamespacesAsync(cancellationToken: cancel)),
        (version, seconds, cancel) => client.DiscoveryV1.WatchListEndpointSliceForAllNamespacesAsync(
            allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds, onError: Rethrow, cancellationToken: cancel));

    public static ObjectSource<V1NetworkPolicy> NetworkPolicies(IKubernetes client) => new(
        "networkpolicies",
        async cancel => Of(await client.NetworkingV1.ListNetworkPolicyForAllNamespacesAsync(cancellationToken: cancel)),
        (version, seconds, cancel) => client.NetworkingV1.WatchListNetworkPolicyForAllNamespacesAsync(
            allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds, onError: Rethrow, cancellationToken: cancel));

    public static ObjectSource<V1Namespace> Namespaces(IKubernetes client) => new(
        "namespaces",
        async cancel => Of(await client.CoreV1.ListNamespaceAsync(cancellationToken: cancel)),
        (version, seconds, cancel) => client.CoreV1.WatchListNamespaceAsync(
            allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds, onError: Rethrow, cancellationToken: cancel));

    private static (IEnumerable<T> Items, string ResourceVersion) Of<T>(IItems<T> list)
        where T : IKubernetesObject<V1ObjectMeta> => (list.Items, ((IMetadata<V1ListMeta>)list).Metadata.ResourceVersion);

    private static void Rethrow(Exception error) => throw error;
}

using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Containers;

/// <summary>What the downward API shows of a pod: <c>fieldRef</c> and <c>resourceFieldRef</c>. Pure.</summary>
public static class PodFields
{
    /// <param name="podIp">The pod's address, as the sandbox has it.</param>
    /// <param name="hostIp">The node's address.</param>
    /// <exception cref="RuntimeRefusalException">There is no such field.</exception>
    public static string Field(V1Pod pod, string path, string? podIp, string hostIp) => path switch
    {
        "metadata.name" => pod.Metadata.Name,
        "metadata.namespace" => pod.Metadata.NamespaceProperty,
        "metadata.uid" => pod.Metadata.Uid,
        "metadata.labels" => Lines(pod.Metadata.Labels),
        "metadata.annotations" => Lines(pod.Metadata.Annotations),
        "spec.nodeName" => pod.Spec.NodeName,
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "",
        "status.hostIP" or "status.hostIPs" => hostIp,
        "status.podIP" or "status.podIPs" => pod.Spec.HostNetwork == true ? hostIp : podIp ?? "",
        _ when Subscript(path, "metadata.labels") is { } label => Value(pod.Metadata.Labels, label),
        _ when Subscript(path, "metadata.annotations") is { } annotation => Value(pod.Metadata.Annotations, annotation),
        _ => throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"fieldRef.fieldPath: \"{path}\" is not supported"),
    };

    /// <summary>A request or limit in units of the divisor, rounded up; a limit that is not set is what the node has.</summary>
    /// <exception cref="RuntimeRefusalException">There is no such resource.</exception>
    public static string Resource(V1Pod pod, V1Container self, V1ResourceFieldSelector selector, IReadOnlyDictionary<string, decimal> allocatable)
    {
        var container = string.IsNullOrEmpty(selector.ContainerName)
            ? self
            : pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).FirstOrDefault(c => c.Name == selector.ContainerName)
                ?? throw Refuse($"resourceFieldRef.containerName: no container is called \"{selector.ContainerName}\"");
        var parts = selector.Resource.Split('.', 2);
        if (parts is not ["limits" or "requests", var name])
        {
            throw Refuse($"resourceFieldRef.resource: \"{selector.Resource}\" is not supported");
        }

        var set = parts[0] == "limits" ? container.Resources?.Limits : container.Resources?.Requests;
        var amount = set is not null && set.TryGetValue(name, out var quantity) ? quantity.ToDecimal()
            : parts[0] == "limits" ? allocatable.GetValueOrDefault(name) : 0;
        var divisor = selector.Divisor?.ToDecimal() is { } given and > 0 ? given : 1;
        return Math.Ceiling(amount / divisor).ToString("0", CultureInfo.InvariantCulture);
    }

    private static RuntimeRefusalException Refuse(string message) => new(WaitingReasons.CreateContainerConfigError, message);

    private static string Lines(IDictionary<string, string>? map) =>
        string.Join('\n', (map ?? new Dictionary<string, string>(StringComparer.Ordinal)).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}=\"{Escape(e.Value)}\""));

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string? Subscript(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    private static string Value(IDictionary<string, string>? map, string key) => map is not null && map.TryGetValue(key, out var value) ? value : "";
}

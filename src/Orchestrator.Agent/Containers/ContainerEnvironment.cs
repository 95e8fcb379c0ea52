using System.Text;
using k8s.Models;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Containers;

/// <summary>A container's variables: those of Services, then <c>envFrom</c>, then <c>env</c>, each of which may refer to those before it.</summary>
public sealed class ContainerEnvironment(IConfigSources sources, string hostIp, IReadOnlyDictionary<string, decimal> allocatable)
{
    /// <exception cref="RuntimeRefusalException">CreateContainerConfigError: something that is not optional is missing.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ResolveAsync(
        V1Pod pod, V1Container container, string? podIp, IEnumerable<KeyValuePair<string, string>> services, CancellationToken cancel)
    {
        var values = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in services)
        {
            values[name] = value;
        }

        foreach (var source in container.EnvFrom ?? [])
        {
            await AddAllAsync(pod, source, values, cancel);
        }

        foreach (var variable in container.Env ?? [])
        {
            if (await ValueAsync(pod, container, variable, podIp, values, cancel) is { } value)
            {
                values[variable.Name] = value;
            }
        }

        return [.. values];
    }

    private async Task AddAllAsync(V1Pod pod, V1EnvFromSource source, OrderedDictionary<string, string> values, CancellationToken cancel)
    {
        if (source.ConfigMapRef is { } map)
        {
            var found = await sources.ConfigMapAsync(pod.Metadata.NamespaceProperty, map.Name, cancel);
            Require(found is not null || map.Optional == true, $"configmap \"{map.Name}\" not found");
            foreach (var (key, value) in found?.Data ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                values[source.Prefix + key] = value;
            }
        }

        if (source.SecretRef is { } secret)
        {
            var found = await sources.SecretAsync(pod.Metadata.NamespaceProperty, secret.Name, cancel);
            Require(found is not null || secret.Optional == true, $"secret \"{secret.Name}\" not found");
            foreach (var (key, value) in found?.Data ?? new Dictionary<string, byte[]>(StringComparer.Ordinal))
            {
                values[source.Prefix + key] = Encoding.UTF8.GetString(value);
            }
        }
    }

    /// <summary>Null where an optional source is missing: the variable is then not set.</summary>
    private async Task<string?> ValueAsync(
        V1Pod pod, V1Container container, V1EnvVar variable, string? podIp, OrderedDictionary<string, string> values, CancellationToken cancel)
    {
        switch (variable.ValueFrom)
        {
            case null:
                return VariableExpansion.Expand(variable.Value ?? "", values);
            case { FieldRef: { } field }:
                return PodFields.Field(pod, field.FieldPath, podIp, hostIp);
            case { ResourceFieldRef: { } resource }:
                return PodFields.Resource(pod, container, resource, allocatable);
            case { ConfigMapKeyRef: { } key }:
                var map = await sources.ConfigMapAsync(pod.Metadata.NamespaceProperty, key.Name, cancel);
                Require(map is not null || key.Optional == true, $"configmap \"{key.Name}\" not found");
                var text = map?.Data is { } data && data.TryGetValue(key.Key, out var found) ? found : null;
                Require(text is not null || key.Optional == true, $"couldn't find key {key.Key} in ConfigMap {pod.Metadata.NamespaceProperty}/{key.Name}");
                return text;
            case { SecretKeyRef: { } key }:
                var secret = await sources.SecretAsync(pod.Metadata.NamespaceProperty, key.Name, cancel);
                Require(secret is not null || key.Optional == true, $"secret \"{key.Name}\" not found");
                var bytes = secret?.Data is { } secrets && secrets.TryGetValue(key.Key, out var value) ? value : null;
                Require(bytes is not null || key.Optional == true, $"couldn't find key {key.Key} in Secret {pod.Metadata.NamespaceProperty}/{key.Name}");
                return bytes is null ? null : Encoding.UTF8.GetString(bytes);
            default:
                throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"env \"{variable.Name}\": this valueFrom is not supported");
        }
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, message);
        }
    }
}

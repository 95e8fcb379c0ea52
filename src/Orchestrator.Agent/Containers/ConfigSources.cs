using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Orchestrator.Agent.Containers;

/// <summary>ConfigMaps and Secrets by name. Answers are kept for a short while: the containers of many pods often read the same ones at once.</summary>
public interface IConfigSources
{
    /// <summary>Null if there is none.</summary>
    Task<V1ConfigMap?> ConfigMapAsync(string @namespace, string name, CancellationToken cancel);

    /// <summary>Null if there is none.</summary>
    Task<V1Secret?> SecretAsync(string @namespace, string name, CancellationToken cancel);
}

/// <inheritdoc cref="IConfigSources"/>
public sealed class ApiConfigSources(IKubernetes client, TimeProvider time) : IConfigSources
{
    private const int MaxCached = 1024;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Kind, string Namespace, string Name), (DateTimeOffset ReadAt, object? Value)> _cache = new();

    public async Task<V1ConfigMap?> ConfigMapAsync(string @namespace, string name, CancellationToken cancel) =>
        (V1ConfigMap?)await GetAsync(("ConfigMap", @namespace, name), async () => await client.CoreV1.ReadNamespacedConfigMapAsync(name, @namespace, cancellationToken: cancel));

    public async Task<V1Secret?> SecretAsync(string @namespace, string name, CancellationToken cancel) =>
        (V1Secret?)await GetAsync(("Secret", @namespace, name), async () => await client.CoreV1.ReadNamespacedSecretAsync(name, @namespace, cancellationToken: cancel));

    private async Task<object?> GetAsync((string Kind, string Namespace, string Name) key, Func<Task<object>> read)
    {
        var now = time.GetUtcNow();
        if (_cache.TryGetValue(key, out var cached) && now - cached.ReadAt < Fresh)
        {
            return cached.Value;
        }

        object? value = null;
        try
        {
            value = await read();
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            // Not cached: whoever waits for it wants it as soon as it is there.
            return null;
        }

        if (_cache.Count >= MaxCached)
        {
            _cache.Clear();
        }

        _cache[key] = (now, value);
        return value;
    }
}

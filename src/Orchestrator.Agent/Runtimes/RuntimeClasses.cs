using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Orchestrator.Agent.Runtimes;

/// <summary>Handlers of RuntimeClasses by name. A class's handler cannot be changed, so what was read once stays true.</summary>
public sealed class RuntimeClasses(IKubernetes client)
{
    private const int MaxCached = 256;
    private readonly ConcurrentDictionary<string, string> _handlers = new(StringComparer.Ordinal);

    /// <summary>The handler the pod asks for.</summary>
    /// <exception cref="RuntimeRefusalException">Its RuntimeClass does not exist.</exception>
    public async Task<string> HandlerOfAsync(V1Pod pod, CancellationToken cancel)
    {
        var name = pod.Spec.RuntimeClassName;
        if (string.IsNullOrEmpty(name))
        {
            return RuntimeSet.HandlerOrDefault(null);
        }

        if (_handlers.TryGetValue(name, out var known))
        {
            return known;
        }

        try
        {
            var runtimeClass = await client.NodeV1.ReadRuntimeClassAsync(name, cancellationToken: cancel);
            if (_handlers.Count >= MaxCached)
            {
                _handlers.Clear();
            }

            return _handlers[name] = RuntimeSet.HandlerOrDefault(runtimeClass.Handler);
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            throw new RuntimeRefusalException(WaitingReasons.FailedCreatePodSandBox, $"failed to get sandbox runtime: RuntimeClass \"{name}\" not found", error);
        }
    }
}

using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Events;

namespace Orchestrator.Agent.Images.Credentials;

/// <summary>
/// The credentials that a pod's images are pulled with: of its <c>imagePullSecrets</c>, in their order, and then the node's own. A Secret that is missing or
/// malformed is told of and passed over: the image may be had without it.
/// </summary>
public sealed class PullCredentials(IConfigSources sources, IEventSink events, AgentOptions options)
{
    public async Task<IReadOnlyList<RegistryCredential>> OfAsync(V1Pod pod, ImageReference image, CancellationToken cancel)
    {
        var credentials = new List<RegistryCredential>();
        var missing = new List<string>();
        foreach (var reference in pod.Spec.ImagePullSecrets ?? [])
        {
            if (await ReadAsync(pod, reference.Name, cancel) is { } config)
            {
                credentials.AddRange(config.For(image));
            }
            else
            {
                missing.Add(reference.Name);
            }
        }

        if (missing.Count > 0)
        {
            events.Record(
                pod,
                EventReasons.FailedToRetrieveImagePullSecret,
                $"Unable to retrieve some image pull secrets ({string.Join(", ", missing)}); attempting to pull the image may not succeed.",
                isWarning: true);
        }

        if (options.RegistryConfigPath is { } path && File.Exists(path))
        {
            // Read each time, so that what is put there for a registry needs no restart.
            credentials.AddRange(DockerConfig.Parse(await File.ReadAllBytesAsync(path, cancel)).For(image));
        }

        return credentials;
    }

    private async Task<DockerConfig?> ReadAsync(V1Pod pod, string name, CancellationToken cancel)
    {
        try
        {
            return await sources.SecretAsync(pod.Metadata.NamespaceProperty, name, cancel) is { } secret ? DockerConfig.OfSecret(secret) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

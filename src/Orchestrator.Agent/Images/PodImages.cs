using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Images.Credentials;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Images;

/// <summary>
/// Gets the images of pods onto the node, with events for what takes long. Images of different pods are fetched side by side, so many at once that the disk is
/// not torn between them.
/// </summary>
public sealed class PodImages(PullCredentials credentials, IEventSink events, AgentOptions options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _pulls = new(options.ParallelPulls);

    /// <summary>Makes sure of the container's image; returns its id.</summary>
    /// <exception cref="RuntimeRefusalException">ErrImagePull, ErrImageNeverPull, InvalidImageName.</exception>
    public async Task<string> EnsureAsync(V1Pod pod, V1Container container, IPodRuntime runtime, CancellationToken cancel)
    {
        var image = container.Image;
        if (!ImageReference.TryParse(image, out var reference, out var error))
        {
            throw new RuntimeRefusalException(WaitingReasons.InvalidImageName, $"Failed to apply default image tag \"{image}\": {error}");
        }

        var policy = container.ImagePullPolicy ?? (reference is { Tag: "latest", Digest: null } ? "Always" : "IfNotPresent");
        var asked = time.GetTimestamp();
        var waited = TimeSpan.Zero;
        var holdsPull = false;
        try
        {
            var request = new ImageRequest(image, policy)
            {
                Credentials = policy == "Never" ? [] : await credentials.OfAsync(pod, reference, cancel),
                BeforePull = async stop =>
                {
                    events.Record(pod, EventReasons.Pulling, $"Pulling image \"{image}\"");
                    await _pulls.WaitAsync(stop);
                    holdsPull = true;
                    waited = time.GetElapsedTime(asked);
                },
            };
            var provided = await runtime.EnsureImageAsync(request, cancel);
            var took = time.GetElapsedTime(asked);
            events.Record(pod, EventReasons.Pulled, provided.WasPulled
                ? string.Create(CultureInfo.InvariantCulture, $"Successfully pulled image \"{image}\" in {(took - waited).TotalSeconds:0.###}s ({took.TotalSeconds:0.###}s including waiting). Image size: {provided.SizeBytes} bytes.")
                : $"Container image \"{image}\" already present on machine");
            return provided.Id;
        }
        finally
        {
            if (holdsPull)
            {
                _pulls.Release();
            }
        }
    }

    public void Dispose() => _pulls.Dispose();
}

using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Images;

/// <summary>Makes an image present as a container's <c>imagePullPolicy</c> says, with the reasons that kubelet gives.</summary>
public sealed class ImageProvider(ImageStore store, ImagePuller puller)
{
    public async Task<StoredImage> EnsureAsync(string image, string pullPolicy, CancellationToken cancel)
    {
        if (!ImageReference.TryParse(image, out var reference, out var error))
        {
            throw new RuntimeRefusalException("InvalidImageName", error);
        }

        try
        {
            var stored = pullPolicy == "Always" ? null : await store.FindAsync(reference.ToString(), cancel);
            return stored ?? (pullPolicy == "Never"
                ? throw new RuntimeRefusalException("ErrImageNeverPull", $"image {reference} is not on this node, and imagePullPolicy is Never")
                : await puller.PullAsync(reference, cancel));
        }
        catch (Exception failure) when (failure is RegistryException or InvalidImageException)
        {
            throw new RuntimeRefusalException("ErrImagePull", failure.Message, failure);
        }
    }
}

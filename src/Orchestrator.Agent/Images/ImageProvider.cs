using Orchestrator.Agent.Images.Credentials;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Images;

/// <summary>Makes an image present as a container's <c>imagePullPolicy</c> says, with the reasons that kubelet gives.</summary>
public sealed class ImageProvider(ImageStore store, ImagePuller puller)
{
    /// <returns>The image, and whether it has been fetched.</returns>
    public async Task<(StoredImage Image, bool WasPulled)> EnsureAsync(ImageRequest request, CancellationToken cancel)
    {
        if (!ImageReference.TryParse(request.Image, out var reference, out var error))
        {
            throw new RuntimeRefusalException(WaitingReasons.InvalidImageName, error);
        }

        try
        {
            var stored = request.PullPolicy == "Always" ? null : await store.FindAsync(reference.ToString(), cancel);
            if (stored is not null)
            {
                return (stored, false);
            }

            if (request.PullPolicy == "Never")
            {
                throw new RuntimeRefusalException(WaitingReasons.ErrImageNeverPull, $"image {reference} is not on this node, and imagePullPolicy is Never");
            }

            await request.BeforePull(cancel);
            return (await PullAsync(reference, request.Credentials, cancel), true);
        }
        catch (Exception failure) when (failure is RegistryException or InvalidImageException)
        {
            throw new RuntimeRefusalException(WaitingReasons.ErrImagePull, failure.Message, failure);
        }
    }

    /// <summary>With each credential until one is good for it, and at last without.</summary>
    private async Task<StoredImage> PullAsync(ImageReference reference, IReadOnlyList<RegistryCredential> credentials, CancellationToken cancel)
    {
        foreach (var credential in credentials)
        {
            try
            {
                return await puller.PullAsync(reference, credential, cancel);
            }
            catch (RegistryException error) when (error.IsDenied)
            {
                // The next one may be good for it.
            }
        }

        return await puller.PullAsync(reference, null, cancel);
    }
}

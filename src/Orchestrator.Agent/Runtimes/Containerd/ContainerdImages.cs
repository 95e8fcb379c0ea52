using Grpc.Core;
using Orchestrator.Agent.Images.Credentials;
using Orchestrator.Agent.Runtimes.Containerd.Cri;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>Images in containerd. Short names (<c>busybox:1</c>) are completed by containerd itself, as Docker does.</summary>
internal sealed class ContainerdImages(ImageService.ImageServiceClient images, ContainerdOptions options)
{
    public async Task<ProvidedImage> EnsureAsync(ImageRequest request, CancellationToken cancel)
    {
        if (request.PullPolicy != "Always" && await FindAsync(request.Image, cancel) is { } present)
        {
            return new ProvidedImage(present.Id, WasPulled: false, (long)present.Size);
        }

        if (request.PullPolicy == "Never")
        {
            throw new RuntimeRefusalException(
                WaitingReasons.ErrImageNeverPull, $"Container image \"{request.Image}\" is not present with pull policy of Never");
        }

        await request.BeforePull(cancel);
        var id = await PullAsync(request, cancel);
        return new ProvidedImage(id, WasPulled: true, (long)((await FindAsync(id, cancel))?.Size ?? 0));
    }

    /// <summary>With each credential until one is good for it, and at last without.</summary>
    private async Task<string> PullAsync(ImageRequest request, CancellationToken cancel)
    {
        RpcException? denied = null;
        foreach (var credential in request.Credentials)
        {
            try
            {
                return await PullAsync(request.Image, credential, cancel);
            }
            catch (RpcException error) when (!CriErrors.IsUnavailable(error) && error.StatusCode != StatusCode.Cancelled)
            {
                // The next one may be good for it.
                denied = error;
            }
            catch (RpcException error)
            {
                throw CriErrors.Translate(error, WaitingReasons.ErrImagePull, "pull image");
            }
        }

        try
        {
            return await PullAsync(request.Image, null, cancel);
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled)
        {
            throw CriErrors.Translate(error, WaitingReasons.ErrImagePull, "pull image");
        }
        catch (RpcException error)
        {
            // What the registry said to those who showed something says more than what it says to nobody.
            throw new RuntimeRefusalException(WaitingReasons.ErrImagePull, (denied ?? error).Status.Detail, error);
        }
    }

    private async Task<string> PullAsync(string image, RegistryCredential? credential, CancellationToken cancel)
    {
        var request = new PullImageRequest
        {
            Image = new ImageSpec { Image = image },
            Auth = credential is null ? null : new AuthConfig { Username = credential.UserName, Password = credential.Password, IdentityToken = credential.IdentityToken },
        };
        var response = await images.PullImageAsync(request, deadline: CriTime.Deadline(options.PullTimeout), cancellationToken: cancel);
        return response.ImageRef;
    }

    /// <summary>
    /// Checks runAsNonRoot against the image's own user, and completes a group given without a user, which the runtime would refuse.
    /// </summary>
    public async Task ResolveUserAsync(ContainerRequest request, LinuxContainerSecurityContext context, CancellationToken cancel)
    {
        var mustNotBeRoot = request.Container.SecurityContext?.RunAsNonRoot ?? request.Pod.Spec.SecurityContext?.RunAsNonRoot ?? false;
        if (context.RunAsUser is null && (mustNotBeRoot || context.RunAsGroup is not null))
        {
            var image = await FindAsync(request.ImageId, cancel);
            if (mustNotBeRoot && image is { Username.Length: > 0 })
            {
                throw Refuse($"container has runAsNonRoot and image has non-numeric user ({image.Username}), cannot verify user is non-root");
            }

            context.RunAsUser = image?.Uid ?? new Int64Value();
        }

        if (mustNotBeRoot && context.RunAsUser is { Value: 0 })
        {
            throw Refuse("container has runAsNonRoot and would run as root");
        }
    }

    private static RuntimeRefusalException Refuse(string message) => new(WaitingReasons.CreateContainerConfigError, message);

    private async Task<Image?> FindAsync(string image, CancellationToken cancel)
    {
        try
        {
            var request = new ImageStatusRequest { Image = new ImageSpec { Image = image } };
            var response = await images.ImageStatusAsync(request, deadline: CriTime.Deadline(options.CallTimeout), cancellationToken: cancel);
            return response.Image;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException error)
        {
            throw CriErrors.Translate(error, WaitingReasons.InvalidImageName, $"Failed to apply default image tag \"{image}\"");
        }
    }
}

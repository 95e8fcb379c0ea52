using Grpc.Core;
using Orchestrator.Agent.Runtimes.Containerd.Cri;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>Images in containerd. Short names (<c>busybox:1</c>) are completed by containerd itself, as Docker does.</summary>
internal sealed class ContainerdImages(ImageService.ImageServiceClient images, ContainerdOptions options)
{
    public async Task<string> EnsureAsync(string image, string pullPolicy, CancellationToken cancel)
    {
        if (pullPolicy != "Always" && await FindAsync(image, cancel) is { } present)
        {
            return present.Id;
        }

        if (pullPolicy == "Never")
        {
            throw new RuntimeRefusalException(
                WaitingReasons.ErrImageNeverPull, $"Container image \"{image}\" is not present with pull policy of Never");
        }

        try
        {
            var request = new PullImageRequest { Image = new ImageSpec { Image = image } };
            var response = await images.PullImageAsync(request, deadline: CriTime.Deadline(options.PullTimeout), cancellationToken: cancel);
            return response.ImageRef;
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled)
        {
            throw CriErrors.Translate(error, WaitingReasons.ErrImagePull, "pull image");
        }
        catch (RpcException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.ErrImagePull, error.Status.Detail, error);
        }
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

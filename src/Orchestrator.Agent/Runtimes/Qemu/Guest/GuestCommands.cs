using k8s.Models;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>Resolves what a container runs from its pod and its image, as Kubernetes does.</summary>
internal static class GuestCommands
{
    /// <exception cref="RuntimeRefusalException">There is no command, or its user is not in the image or not allowed.</exception>
    public static GuestCommand Resolve(ContainerRequest request, StoredImage image, RootDisk disk, string hostName)
    {
        var container = request.Container;
        var run = image.Config.Config ?? new OciRunConfig();
        var command = CommandOf(container, run);
        if (command.Count == 0)
        {
            throw new RuntimeRefusalException("CreateContainerConfigError", $"image {image.Reference} names no command: set command or args");
        }

        var podContext = request.Pod.Spec.SecurityContext;
        var context = container.SecurityContext;
        var (userId, groupId, home) = UserLookup.Resolve(
            (context?.RunAsUser ?? podContext?.RunAsUser)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? run.User, disk.Passwd, disk.Group);
        if ((context?.RunAsNonRoot ?? podContext?.RunAsNonRoot) is true && userId == 0)
        {
            throw new RuntimeRefusalException("CreateContainerConfigError", "container has runAsNonRoot and image will run as root");
        }

        return new GuestCommand(
            command,
            EnvironmentOf(run, request.Environment, home, hostName),
            Coalesce(container.WorkingDir, run.WorkingDir) ?? "/",
            userId,
            context?.RunAsGroup ?? podContext?.RunAsGroup ?? groupId);
    }

    /// <summary>The pod's command replaces the image's entrypoint and default arguments; the pod's args replace the default arguments.</summary>
    internal static IReadOnlyList<string> CommandOf(V1Container container, OciRunConfig run)
    {
        var hasCommand = container.Command is { Count: > 0 };
        var program = hasCommand ? container.Command : (IEnumerable<string>?)run.Entrypoint ?? [];
        var arguments = container.Args is { Count: > 0 } ? container.Args : hasCommand ? [] : (IEnumerable<string>?)run.Cmd ?? [];
        return [.. program, .. arguments];
    }

    private static List<KeyValuePair<string, string>> EnvironmentOf(
        OciRunConfig run, IReadOnlyList<KeyValuePair<string, string>> fromPod, string home, string hostName)
    {
        var all = new List<KeyValuePair<string, string>> { new("HOSTNAME", hostName), new("HOME", home) };
        all.AddRange((run.Env ?? []).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => new KeyValuePair<string, string>(pair[0], pair[1])));
        all.AddRange(fromPod);
        return all.GroupBy(pair => pair.Key, StringComparer.Ordinal).Select(group => group.Last()).ToList();
    }

    private static string? Coalesce(string? first, string? second) => !string.IsNullOrEmpty(first) ? first : string.IsNullOrEmpty(second) ? null : second;
}

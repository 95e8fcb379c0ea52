using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Images;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>What a container runs, fully resolved.</summary>
/// <param name="Command">Program and arguments.</param>
/// <param name="Environment">By name, each once.</param>
/// <param name="WorkingDirectory">Made if the image lacks it.</param>
/// <param name="Groups">Further groups of the user.</param>
internal sealed record ContainerCommand(
    IReadOnlyList<string> Command,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    string WorkingDirectory,
    long UserId,
    long GroupId,
    IReadOnlyList<long> Groups);

/// <summary>Resolves what a container runs from its pod and its image, as Kubernetes does.</summary>
internal static class ContainerCommands
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="request">The container.</param>
    /// <param name="image">Its image.</param>
    /// <param name="passwd">The image's <c>/etc/passwd</c>.</param>
    /// <param name="group">The image's <c>/etc/group</c>.</param>
    /// <param name="hostName">The pod's.</param>
    /// <exception cref="RuntimeRefusalException">There is no command, or its user is not in the image or not allowed.</exception>
    public static ContainerCommand Resolve(ContainerRequest request, StoredImage image, string passwd, string group, string hostName)
    {
        var container = request.Container;
        var run = image.Config.Config ?? new OciRunConfig();
        var command = CommandOf(container, run);
        if (command.Count == 0)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"image {image.Reference} names no command: set command or args");
        }

        var podContext = request.Pod.Spec.SecurityContext;
        var context = container.SecurityContext;
        var asked = (context?.RunAsUser ?? podContext?.RunAsUser)?.ToString(CultureInfo.InvariantCulture);
        var (userId, groupId, home) = UserLookup.Resolve(asked ?? run.User, passwd, group);
        if ((context?.RunAsNonRoot ?? podContext?.RunAsNonRoot) is true)
        {
            RequireNotRoot(userId, asked, run.User);
        }

        var groups = (podContext?.SupplementalGroups ?? []).Select(g => g ?? 0).Concat(podContext?.FsGroup is { } fsGroup ? [fsGroup] : []);
        return new ContainerCommand(
            command,
            EnvironmentOf(run, request.Environment, home, hostName, container.Tty is true),
            Coalesce(container.WorkingDir, run.WorkingDir) ?? "/",
            userId,
            context?.RunAsGroup ?? podContext?.RunAsGroup ?? groupId,
            [.. groups.Distinct()]);
    }

    /// <summary>The pod's command replaces the image's entrypoint and default arguments; the pod's args replace the default arguments.</summary>
    internal static IReadOnlyList<string> CommandOf(V1Container container, OciRunConfig run)
    {
        var hasCommand = container.Command is { Count: > 0 };
        var program = hasCommand ? container.Command : (IEnumerable<string>?)run.Entrypoint ?? [];
        var arguments = container.Args is { Count: > 0 } ? container.Args : hasCommand ? [] : (IEnumerable<string>?)run.Cmd ?? [];
        return [.. program, .. arguments];
    }

    private static void RequireNotRoot(long userId, string? asked, string? imageUser)
    {
        if (userId == 0)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, asked is null
                ? "container has runAsNonRoot and image will run as root"
                : "container's runAsUser breaks non-root policy");
        }

        if (asked is null && imageUser is { Length: > 0 } && !char.IsAsciiDigit(imageUser[0]))
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"container has runAsNonRoot and image has non-numeric user ({imageUser}), cannot verify user is non-root");
        }
    }

    private static List<KeyValuePair<string, string>> EnvironmentOf(
        OciRunConfig run, IReadOnlyList<KeyValuePair<string, string>> fromPod, string home, string hostName, bool hasTerminal)
    {
        var all = new List<KeyValuePair<string, string>> { new("PATH", DefaultPath), new("HOSTNAME", hostName), new("HOME", home) };
        if (hasTerminal)
        {
            all.Add(new("TERM", "xterm"));
        }

        all.AddRange((run.Env ?? []).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => new KeyValuePair<string, string>(pair[0], pair[1])));
        all.AddRange(fromPod);
        return all.GroupBy(pair => pair.Key, StringComparer.Ordinal).Select(pairs => pairs.Last()).ToList();
    }

    private static string? Coalesce(string? first, string? second) => !string.IsNullOrEmpty(first) ? first : string.IsNullOrEmpty(second) ? null : second;
}

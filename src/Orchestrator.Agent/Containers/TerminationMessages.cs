using System.Globalization;
using System.Text;
using k8s.Models;
using Orchestrator.Agent.Logs;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Containers;

/// <summary>
/// What containers leave as their last words: a file of the node that each attempt sees at <c>terminationMessagePath</c>, and which is read once it has ended.
/// Where it is empty and <c>terminationMessagePolicy</c> says so, a failed container's last words are the end of its log. Limits are kubelet's.
/// </summary>
public sealed class TerminationMessages(NodeLayout layout)
{
    private const int MaxBytes = 4096;
    private const int MaxPodBytes = 12 * 1024;
    private const int MaxLogBytes = 2048;
    private const int MaxLogLines = 80;

    // The container may run as anybody.
    private const UnixFileMode AnyoneMayWrite =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The empty file for a new attempt; those of attempts that nobody looks at any more go.</summary>
    public string Prepare(V1Pod pod, string container, int attempt)
    {
        var path = PathOf(pod, container, attempt);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
        File.SetUnixFileMode(path, AnyoneMayWrite);
        File.Delete(PathOf(pod, container, attempt - 2));
        return path;
    }

    /// <summary>The sandbox with the last words of its ended containers as their messages, after what the runtime itself says of them.</summary>
    public ObservedSandbox? In(V1Pod pod, ObservedSandbox? sandbox)
    {
        if (sandbox is null || sandbox.Containers.All(c => c.State != ContainerState.Exited))
        {
            return sandbox;
        }

        var share = Math.Min(MaxBytes, MaxPodBytes / Math.Max(1, PodContainers.All(pod).Count()));
        return sandbox with { Containers = [.. sandbox.Containers.Select(c => c.State == ContainerState.Exited ? WithMessage(pod, c, share) : c)] };
    }

    private ObservedContainer WithMessage(V1Pod pod, ObservedContainer ended, int maxBytes)
    {
        if (PodContainers.Find(pod, ended.Name) is not { } container)
        {
            return ended;
        }

        var words = Start(PathOf(pod, ended.Name, ended.Attempt), maxBytes);
        if (words.Length == 0 && container.TerminationMessagePolicy == "FallbackToLogsOnError" && ended.ExitCode != 0)
        {
            words = LogEnd(Path.Combine(layout.LogDirectory(pod), ended.Name, string.Create(CultureInfo.InvariantCulture, $"{ended.Attempt}{LogFiles.Extension}")), Math.Min(maxBytes, MaxLogBytes));
        }

        return words.Length == 0 ? ended : ended with { Message = ended.Message is { Length: > 0 } said ? $"{said}: {words}" : words };
    }

    private string PathOf(V1Pod pod, string container, int attempt) => layout.TerminationMessage(pod.Metadata.Uid, container, attempt);

    private static string Start(string path, int maxBytes)
    {
        using var file = LogReader.TryOpen(path);
        return file is null ? "" : Encoding.UTF8.GetString(Read(file, maxBytes));
    }

    private static string LogEnd(string path, int maxBytes)
    {
        using var file = LogReader.TryOpen(path);
        if (file is null)
        {
            return "";
        }

        // Each line of the log has a head of some 40 bytes before what the program wrote.
        const int headBytes = 64;
        file.Position = Math.Max(0, file.Length - maxBytes - (MaxLogLines * headBytes));
        var text = new StringBuilder();
        foreach (var entry in Encoding.UTF8.GetString(Read(file, maxBytes + (MaxLogLines * headBytes))).Split('\n').TakeLast(MaxLogLines + 1))
        {
            if (LogLine.TryParse(Encoding.UTF8.GetBytes(entry), out var line))
            {
                text.Append(Encoding.UTF8.GetString(line.Text.Span)).Append(line.IsPartial ? "" : "\n");
            }
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return Encoding.UTF8.GetString(bytes.AsSpan(Math.Max(0, bytes.Length - maxBytes)));
    }

    private static ReadOnlySpan<byte> Read(FileStream file, int maxBytes)
    {
        var buffer = new byte[maxBytes];
        return buffer.AsSpan(0, file.ReadAtLeast(buffer, maxBytes, throwOnEndOfStream: false));
    }
}

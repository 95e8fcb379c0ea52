using System.Globalization;
using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>Where the agent keeps what on disk.</summary>
/// <param name="Root">The agent's root directory, absolute.</param>
public sealed record NodeLayout(string Root)
{
    public string Pods => Path.Combine(Root, "pods");

    public string Logs => Path.Combine(Root, "pods-logs");

    public string PodDirectory(string uid) => Path.Combine(Pods, uid);

    public string LogDirectory(V1Pod pod) => LogDirectory(pod.Metadata.NamespaceProperty, pod.Metadata.Name, pod.Metadata.Uid);

    public string LogDirectory(string podNamespace, string podName, string uid) => Path.Combine(Logs, $"{podNamespace}_{podName}_{uid}");

    /// <summary>The file that a pod's containers see as <c>/etc/hosts</c>.</summary>
    public string HostsFile(string uid) => Path.Combine(PodDirectory(uid), "etc-hosts");

    /// <summary>The file that holds the last words of one attempt of a container.</summary>
    public string TerminationMessage(string uid, string container, int attempt) =>
        Path.Combine(PodDirectory(uid), "containers", container, attempt.ToString(CultureInfo.InvariantCulture));

    /// <summary>Directory of one volume of a pod.</summary>
    public string Volume(string uid, string volume) => Path.Combine(PodDirectory(uid), "volumes", volume);

    /// <summary>Where a part of a volume is mounted for one mount of a container.</summary>
    public string SubPath(string uid, string volume, string container, int mount) =>
        Path.Combine(PodDirectory(uid), "volume-subpaths", volume, container, mount.ToString(CultureInfo.InvariantCulture));
}

using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>Annotations by which Kubernetes tells pods that come from a file of the node from those that come from the API.</summary>
public static class StaticPod
{
    /// <summary>Where the agent has the pod from: <c>file</c>, or <c>api</c> where it is missing.</summary>
    public const string SourceAnnotation = "kubernetes.io/config.source";

    /// <summary>What the pod says, in short.</summary>
    public const string HashAnnotation = "kubernetes.io/config.hash";

    /// <summary>On the API's image of a static pod: the hash of what it shows.</summary>
    public const string MirrorAnnotation = "kubernetes.io/config.mirror";

    /// <summary>Whether the pod comes from a file.</summary>
    public static bool IsStatic(V1Pod pod) => pod.Metadata.Annotations is { } a && a.TryGetValue(SourceAnnotation, out var source) && source == "file";

    /// <summary>Whether the pod only shows a static one.</summary>
    public static bool IsMirror(V1Pod pod) => pod.Metadata.Annotations?.ContainsKey(MirrorAnnotation) == true;
}

using k8s.Models;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Volumes;

/// <summary>hostPath volumes: checks or makes what <c>type</c> asks for.</summary>
internal static class HostPaths
{
    public static void Ensure(V1HostPathVolumeSource source)
    {
        switch (source.Type)
        {
            case null or "":
                return;
            case "DirectoryOrCreate":
                Directory.CreateDirectory(source.Path);
                return;
            case "FileOrCreate":
                File.Open(source.Path, FileMode.OpenOrCreate).Dispose();
                return;
            case "Directory" when Directory.Exists(source.Path):
            case "File" when File.Exists(source.Path):
                return;
            case "Socket" or "CharDevice" or "BlockDevice":
                throw new RuntimeRefusalException(EventReasons.FailedMount, $"hostPath.type: {source.Type} is not supported yet; leave the type out to have {source.Path} mounted unchecked");
            default:
                throw new RuntimeRefusalException(EventReasons.FailedMount, $"hostPath type check failed: {source.Path} is not a {source.Type}");
        }
    }
}

using k8s.Models;
using Orchestrator.Model;

namespace Orchestrator.Agent.Volumes.Claims;

/// <summary>
/// The directories of volumes that were made for claims by <see cref="LocalVolumes.Provisioner"/>, all below one of the node's own. Nothing else is ever made or
/// deleted, whatever a PersistentVolume says.
/// </summary>
public sealed class LocalDirectories(AgentOptions options)
{
    private const UnixFileMode Anyone = (UnixFileMode)0x1ff;

    private readonly string _root = Path.GetFullPath(options.LocalVolumesDirectory);

    /// <summary>Whether the volume's directory is this node's to make and to delete.</summary>
    public bool IsOwn(V1PersistentVolume volume) =>
        volume.Metadata.Annotations is { } annotations
        && annotations.TryGetValue(LocalVolumes.ProvisionedByAnnotation, out var maker)
        && maker == LocalVolumes.Provisioner
        && volume.Spec.Local?.Path is { } path
        && Path.GetFullPath(path) == path
        && Path.GetDirectoryName(path) == _root
        && Hosts(volume).Contains(options.NodeName, StringComparer.Ordinal);

    /// <summary>Makes the directory of an own volume; pods may run as anybody.</summary>
    public void Ensure(V1PersistentVolume volume)
    {
        var path = volume.Spec.Local.Path;
        if (IsOwn(volume) && !Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, Anyone);
        }
    }

    /// <summary>Deletes the directory of an own volume with all that is in it, or only lets go of it where it is to be retained.</summary>
    /// <exception cref="IOException">Something in it cannot be deleted.</exception>
    public void Release(V1PersistentVolume volume)
    {
        if (volume.Spec.PersistentVolumeReclaimPolicy != "Retain" && Directory.Exists(volume.Spec.Local.Path))
        {
            Directory.Delete(volume.Spec.Local.Path, recursive: true);
        }
    }

    private static IEnumerable<string> Hosts(V1PersistentVolume volume) => (volume.Spec.NodeAffinity?.Required?.NodeSelectorTerms ?? [])
        .SelectMany(t => t.MatchExpressions ?? [])
        .Where(e => e is { Key: WellKnown.HostnameLabel, OperatorProperty: "In" })
        .SelectMany(e => e.Values);
}

namespace Orchestrator.Model;

/// <summary>
/// What server and agents agree on about volumes that are directories of a node, made for a claim: the server makes the PersistentVolume for the node that was
/// chosen, and that node's agent makes the directory when it is first mounted, and takes it away once the volume is deleted.
/// </summary>
public static class LocalVolumes
{
    /// <summary>Provisioner of the StorageClasses whose volumes these are.</summary>
    public const string Provisioner = "orchestrator.io/local";

    /// <summary>Annotation of a PersistentVolume: who made it.</summary>
    public const string ProvisionedByAnnotation = "pv.kubernetes.io/provisioned-by";

    /// <summary>Finalizer of the node's agent: the volume stays until its directory is gone.</summary>
    public const string Finalizer = "orchestrator.io/local-volume";

    /// <summary>Annotation of a Node: the directory below which it keeps local volumes.</summary>
    public const string DirectoryAnnotation = "orchestrator.io/local-volumes";
}

namespace Orchestrator.Model;

/// <summary>
/// Names one object of the cluster. <see cref="Resource"/> is the storage name of its kind
/// (<c>pods</c>, <c>hypervisors.orchestrator.dev</c>), without a version: an object is stored once.
/// </summary>
/// <param name="Resource">Storage name of the kind, see <c>ResourceKind.StorageName</c>.</param>
/// <param name="Namespace">Namespace, or the empty string for cluster-scoped objects; never null.</param>
/// <param name="Name">metadata.name.</param>
public readonly record struct ObjectKey(string Resource, string Namespace, string Name)
{
    /// <summary><c>resource/namespace/name</c>, or <c>resource/name</c> for cluster-scoped objects.</summary>
    public override string ToString() =>
        Namespace.Length == 0 ? $"{Resource}/{Name}" : $"{Resource}/{Namespace}/{Name}";
}

using Orchestrator.Model;

namespace Orchestrator.Api.Reading;

/// <summary>The order of lists: namespace, then name, ordinal.</summary>
internal sealed class KeyOrder : IComparer<ObjectKey>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(ObjectKey x, ObjectKey y)
    {
        var byNamespace = string.CompareOrdinal(x.Namespace, y.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(x.Name, y.Name);
    }
}

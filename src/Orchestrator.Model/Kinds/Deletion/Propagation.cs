namespace Orchestrator.Model.Kinds;

/// <summary>What a deletion means for the objects that the deleted one owns (<c>propagationPolicy</c>).</summary>
public enum Propagation
{
    /// <summary>Whatever the object's finalizers say already; otherwise as <see cref="Background"/>.</summary>
    Unsaid,

    /// <summary>The object goes first, what it owns afterwards.</summary>
    Background,

    /// <summary>What it owns and is marked <c>blockOwnerDeletion</c> goes first; the object is held by <see cref="GarbageFinalizers.Foreground"/> until then.</summary>
    Foreground,

    /// <summary>What it owns stays, without the reference; the object is held by <see cref="GarbageFinalizers.Orphan"/> until then.</summary>
    Orphan,
}

/// <summary>The finalizers by which the garbage collector holds objects, as Kubernetes names them.</summary>
public static class GarbageFinalizers
{
    public const string Foreground = "foregroundDeletion";

    public const string Orphan = "orphan";

    /// <summary>Those of the two that a deletion with the policy leaves on an object that has these finalizers now; null for neither.</summary>
    public static string? For(Propagation propagation, IEnumerable<string> present) => propagation switch
    {
        Propagation.Background => null,
        Propagation.Foreground => Foreground,
        Propagation.Orphan => Orphan,
        _ => present.FirstOrDefault(f => f is Foreground or Orphan),
    };
}

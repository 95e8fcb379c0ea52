namespace Orchestrator.Model.Kinds;

/// <summary>
/// The kinds that are served now: the built-in ones, and the custom ones of the cluster's CustomResourceDefinitions, which come and go while servers
/// run. Readers take <see cref="Current"/> once per request and look everything up in that one snapshot.
/// </summary>
public sealed class ServedKinds
{
    private readonly Lock _replacing = new();
    private volatile KindRegistry _current;

    public ServedKinds(KindRegistry builtIn)
    {
        BuiltIn = builtIn;
        _current = builtIn;
    }

    /// <summary>The kinds that are always served.</summary>
    public KindRegistry BuiltIn { get; }

    public KindRegistry Current => _current;

    /// <summary>Serves these custom kinds from now on, and none but them besides the built-in ones.</summary>
    /// <exception cref="ArgumentException">Two kinds have the same path or the same type.</exception>
    public void ReplaceCustom(IReadOnlyList<ResourceKind> custom)
    {
        lock (_replacing)
        {
            _current = custom.Count == 0 ? BuiltIn : new KindRegistry([.. BuiltIn.All, .. custom]);
        }
    }
}

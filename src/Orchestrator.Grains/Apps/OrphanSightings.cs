using System.Collections.Concurrent;

namespace Orchestrator.Grains.Apps;

/// <summary>
/// When an object without a controller was last seen that a controller could adopt, as the revision of the change. A controller looks through its
/// namespace for such objects when it begins, when its selector may have changed, and after a sighting; not each time one of its own pods changes.
/// </summary>
internal sealed class OrphanSightings
{
    private readonly ConcurrentDictionary<(string Resource, string Key), long> _last = new();

    public void Note(string resource, string key, long revision) =>
        _last.AddOrUpdate((resource, key), revision, (_, before) => Math.Max(before, revision));

    /// <summary>Revision of the last sighting for the controller; 0 where there was none.</summary>
    public long Last(string resource, string key) => _last.GetValueOrDefault((resource, key));

    /// <summary>The controller is gone.</summary>
    public void Forget(string resource, string key) => _last.TryRemove((resource, key), out _);
}

using Orchestrator.Grains.Garbage;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps;

/// <summary>
/// Looks through a namespace for what a controller could adopt, as seldom as that can be: at first, when its spec has changed, and after a sighting.
/// </summary>
internal sealed class OrphanSearch(IObjectStore store, OrphanSightings sightings)
{
    private long _searchedAt = -1;
    private long _generation = -1;

    /// <param name="kind">Of the controller.</param>
    /// <param name="resource">What it controls.</param>
    /// <param name="controller">The controller.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="selector">What it selects.</param>
    public IReadOnlyList<StoredObject> Find(ControllerKind kind, string resource, StoredObject controller, long generation, LabelSelector selector)
    {
        string key = $"{controller.Key.Namespace}/{controller.Key.Name}";
        if (_searchedAt >= 0 && _generation == generation && sightings.Last(kind.Resource, key) <= _searchedAt)
        {
            return [];
        }

        // What is found is adopted by this plan or, where its race is lost, found again: the search is over only when nothing is left to find.
        ObjectList list = store.List(resource, controller.Key.Namespace);
        List<StoredObject> found = [.. list.Items.Where(o => !o.IsTerminating && selector.Matches(o.Labels) && !OwnerReference.HasController(o))];
        if (found.Count == 0)
        {
            _searchedAt = list.Revision;
            _generation = generation;
        }

        return found;
    }
}

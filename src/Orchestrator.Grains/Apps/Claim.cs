using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps;

/// <summary>
/// Which objects a controller has: those that refer to it, without those that its selector no longer matches, which it lets go, and with those that
/// it matches and nobody controls, which it adopts. A controller that is being deleted does neither.
/// </summary>
/// <param name="Kept">Those that it has and keeps.</param>
/// <param name="Adopted">Those that become its own.</param>
/// <param name="Changes">The writes by which objects come and go.</param>
internal sealed record Claim(IReadOnlyList<StoredObject> Kept, IReadOnlyList<StoredObject> Adopted, IReadOnlyList<Mutation> Changes)
{
    /// <param name="kind">Of the controller.</param>
    /// <param name="controller">The controller.</param>
    /// <param name="selector">Its selector.</param>
    /// <param name="owned">Objects that refer to it as their controller.</param>
    /// <param name="orphans">Objects of its namespace without a controller.</param>
    public static Claim Of(
        ControllerKind kind, StoredObject controller, LabelSelector selector, IEnumerable<StoredObject> owned, IEnumerable<StoredObject> orphans)
    {
        var kept = new List<StoredObject>();
        var adopted = new List<StoredObject>();
        var changes = new List<Mutation>();
        foreach (StoredObject obj in owned)
        {
            if (selector.Matches(obj.Labels))
            {
                kept.Add(obj);
            }
            else if (!controller.IsTerminating)
            {
                changes.Add(ControllerKind.Release(obj, controller));
            }
        }

        foreach (StoredObject obj in controller.IsTerminating ? [] : orphans)
        {
            if (!obj.IsTerminating && selector.Matches(obj.Labels))
            {
                adopted.Add(obj);
                changes.Add(kind.Adoption(obj, controller));
            }
        }

        return new Claim(kept, adopted, changes);
    }
}

using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.SimulationTests.Controllers;

/// <summary>
/// What must hold after every single commit, from the log by the most obvious means: never more pods than allowed, and no available pod is ended
/// where that leaves fewer than allowed.
/// </summary>
internal sealed class PodInvariants
{
    private readonly SimulatedDatabase _database;
    private readonly int _most;
    private readonly int _least;
    private readonly Func<StoredObject, string> _place;
    private readonly int _mostInPlace;
    private readonly List<string> _violations = [];

    /// <param name="database">Whose pods.</param>
    /// <param name="most">Active pods that there may be.</param>
    /// <param name="least">Places with an available pod that an ending must leave, unless its own has another.</param>
    /// <param name="place">Where a pod is; each is a place of its own where nothing is said.</param>
    /// <param name="mostInPlace">Active pods that one place may hold.</param>
    public PodInvariants(SimulatedDatabase database, int most, int least, Func<StoredObject, string>? place = null, int mostInPlace = int.MaxValue)
    {
        _database = database;
        _most = most;
        _least = least;
        _place = place ?? (p => p.Key.Name);
        _mostInPlace = mostInPlace;
        database.Committed = Check;
    }

    public IReadOnlyList<string> Violations => _violations;

    private IEnumerable<StoredObject> Active => _database.All("pods").Where(p => !p.IsTerminating && p.Fields["status.phase"] is not ("Failed" or "Succeeded"));

    private void Check(Change change)
    {
        if (change.Object.Key.Resource != "pods")
        {
            return;
        }

        int active = Active.Count();
        if (active > _most)
        {
            _violations.Add($"revision {change.Revision}: {active} pods, {_most} are allowed");
        }

        if (_mostInPlace < int.MaxValue && Active.GroupBy(_place).Any(g => g.Count() > _mostInPlace))
        {
            _violations.Add($"revision {change.Revision}: {change.Object.Key} is too many in its place");
        }

        bool wasEnded = change.Previous is { IsTerminating: false } before && IsAvailable(before) && (change.Type == ChangeType.Deleted || change.Object.IsTerminating);
        HashSet<string> available = [.. Active.Where(IsAvailable).Select(_place)];
        if (wasEnded && available.Count < _least && !available.Contains(_place(change.Object)))
        {
            _violations.Add($"revision {change.Revision}: the end of {change.Object.Key} leaves {available.Count} available, {_least} are needed");
        }
    }

    private static bool IsAvailable(StoredObject pod) =>
        ClusterObjects.Read(pod).Child("status").Items("conditions").Any(c => c.Item.Text("type") == "Ready" && c.Item.Text("status") == "True");
}

using System.Text.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Store;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.SimulationTests.Scheduling;

/// <summary>
/// What must hold after every single commit, computed from the log by the most obvious means: no pod is bound twice, and no node is given more
/// than it has.
/// </summary>
internal sealed class ClusterInvariants
{
    private readonly SimulatedDatabase _database;
    private readonly List<string> _violations = [];

    public ClusterInvariants(SimulatedDatabase database)
    {
        _database = database;
        database.Committed = Check;
    }

    public IReadOnlyList<string> Violations => _violations;

    public int Binds { get; private set; }

    /// <summary>Unbound pods for which some node has room: none, once everything has come to rest.</summary>
    public IEnumerable<string> PodsThatWaitInVain() =>
        from pod in _database.All("pods")
        where NodeOf(pod).Length == 0 && !pod.IsTerminating
        where _database.All("nodes").Any(node => !IsCordoned(node) && UsedMilli(node.Key.Name) + CpuMilli(pod) <= AllocatableMilli(node))
        select pod.Key.Name;

    private void Check(Change change)
    {
        if (change.Object.Key.Resource != "pods" || change.Type == ChangeType.Deleted)
        {
            return;
        }

        string node = NodeOf(change.Object);
        string before = change.Previous is null ? "" : NodeOf(change.Previous);
        if (node == before)
        {
            return;
        }

        Binds++;
        if (before.Length > 0)
        {
            _violations.Add($"revision {change.Revision}: {change.Object.Key} moved from {before} to {node}");
        }

        StoredObject stored = _database.All("nodes").Single(n => n.Key.Name == node);
        if (UsedMilli(node) > AllocatableMilli(stored))
        {
            _violations.Add($"revision {change.Revision}: {node} has {UsedMilli(node)}m of {AllocatableMilli(stored)}m after {change.Object.Key}");
        }
    }

    private long UsedMilli(string node) => _database.All("pods").Where(p => NodeOf(p) == node).Sum(CpuMilli);

    private static string NodeOf(StoredObject pod) => pod.Fields.GetValueOrDefault("spec.nodeName") ?? "";

    private static bool IsCordoned(StoredObject node)
    {
        using JsonDocument json = JsonDocument.Parse(node.Json);
        return json.RootElement.GetProperty("spec").TryGetProperty("unschedulable", out JsonElement value) && value.GetBoolean();
    }

    private static long AllocatableMilli(StoredObject node)
    {
        using JsonDocument json = JsonDocument.Parse(node.Json);
        return Quantity.Parse(json.RootElement.GetProperty("status").GetProperty("allocatable").GetProperty("cpu").GetString()).MilliValue;
    }

    private static long CpuMilli(StoredObject pod)
    {
        using JsonDocument json = JsonDocument.Parse(pod.Json);
        return Quantity.Parse(json.RootElement.GetProperty("spec").GetProperty("containers")[0]
            .GetProperty("resources").GetProperty("requests").GetProperty("cpu").GetString()).MilliValue;
    }
}

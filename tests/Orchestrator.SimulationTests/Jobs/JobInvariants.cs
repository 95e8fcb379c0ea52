using System.Text.Json.Nodes;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.SimulationTests.Jobs;

/// <summary>What must hold of a Job and its pods after every commit, and the ends of pods as they really were.</summary>
internal sealed class JobInvariants
{
    private readonly SimulatedDatabase _database;
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private readonly HashSet<string> _succeeded = new(StringComparer.Ordinal);
    private readonly HashSet<string> _indexes = new(StringComparer.Ordinal);
    private long _countedFailed;
    private long _countedSucceeded;

    public JobInvariants(SimulatedDatabase database)
    {
        _database = database;
        database.Committed = Check;
    }

    public List<string> Violations { get; } = [];

    /// <summary>Pods that succeeded, failed, or were told to end by others than the controller. Of the latter some succeed in the time that is left to them: they may count as either.</summary>
    public int Ended => _ended.Count;

    public int Succeeded => _succeeded.Count;

    public int SucceededIndexes => _indexes.Count;

    public int MostActive { get; private set; }

    private void Check(Change change)
    {
        JsonObject obj = ClusterObjects.Read(change.Object);
        if (change.Object.Key.Resource == "pods")
        {
            CheckPod(change, obj);
            return;
        }

        long failed = obj.Child("status").Integer("failed") ?? 0;
        long succeeded = obj.Child("status").Integer("succeeded") ?? 0;
        if (failed < _countedFailed || succeeded < _countedSucceeded)
        {
            Violations.Add($"revision {change.Revision}: counted back from {_countedSucceeded}/{_countedFailed} to {succeeded}/{failed}");
        }

        (_countedFailed, _countedSucceeded) = (failed, succeeded);
    }

    private void CheckPod(Change change, JsonObject pod)
    {
        bool isHeld = pod.Child("metadata").Texts("finalizers").Contains(JobIdentity.TrackingFinalizer);
        string uid = change.Object.Uid;
        string phase = change.Object.Fields["status.phase"];
        if (isHeld && phase == "Succeeded")
        {
            _succeeded.Add(uid);
            _indexes.Add(pod.Child("metadata", "annotations").Text(JobIdentity.IndexAnnotation) ?? "");
        }

        if (isHeld && (phase is "Succeeded" or "Failed" || change.Object.IsTerminating))
        {
            _ended.Add(uid);
        }

        int active = _database.All("pods").Count(p => !p.IsTerminating && p.Fields["status.phase"] is not ("Succeeded" or "Failed"));
        MostActive = Math.Max(MostActive, active);
        if (active > JobSimulation.Parallelism)
        {
            Violations.Add($"revision {change.Revision}: {active} pods are active");
        }
    }
}

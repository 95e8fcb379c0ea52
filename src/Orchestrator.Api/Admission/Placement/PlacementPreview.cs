using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Simulation;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Placement;

/// <summary>
/// Says, in a warning to whoever creates a pod with <c>dryRun=All</c>, where it would go now, or why nowhere and what would help. Computed by the
/// scheduler's own placement on a copy of this server's cache, so that any server can answer and no scheduler is kept from its work. The last check, since
/// what would not be admitted goes nowhere.
/// </summary>
public sealed class PlacementPreview(IObjectStore store) : IAdmissionCheck, IDisposable
{
    private const int MostPlacesNamed = 3;

    private static readonly string[] Resources =
    [
        "namespaces", "nodes", "hypervisors.orchestrator.dev", "runtimeclasses.node.k8s.io", "poddisruptionbudgets.policy",
        "storageclasses.storage.k8s.io", "persistentvolumes", "persistentvolumeclaims", "pods",
    ];

    // Reading all of the cluster is work for one core, and more than one at a time would be taken from requests that matter more.
    private readonly SemaphoreSlim _one = new(1, 1);

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && subresource.Length == 0 && kind.StorageName == "pods";

    public async ValueTask<StatusError?> CheckAsync(AdmissionRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.DryRun)
        {
            return null;
        }

        await _one.WaitAsync(cancel);
        try
        {
            if (Preview(request.Object, cancel) is { } preview)
            {
                request.Call.Warn(preview);
            }
        }
        finally
        {
            _one.Release();
        }

        return null;
    }

    public void Dispose() => _one.Dispose();

    private string? Preview(JsonObject pod, CancellationToken cancel)
    {
        var documents = new List<JsonDocument>();
        try
        {
            foreach (string resource in Resources)
            {
                documents.AddRange(store.List(resource).Items.Select(o => JsonDocument.Parse(o.Json)));
            }

            SimulatedCluster cluster = SimulatedCluster.Of(documents.Select(d => d.RootElement), assumesHypervisors: false);
            using var asked = JsonDocument.Parse(pod.ToJsonString());
            SimulatedPod subject = cluster.ReadPod(asked.RootElement);
            if (subject.Facts.NodeName.Length > 0 || subject.Facts.SchedulerName != WellKnown.DefaultSchedulerName)
            {
                return null;
            }

            var run = new PlacementRun(cluster, PlacementProfile.Default, new Random(1));
            run.Enqueue(subject, PodOrigins.New);
            run.Run(cancel);
            return run.Placed.FirstOrDefault(p => p.Pod.Facts.Uid == subject.Facts.Uid) is { } placed ? Describe(placed) : Describe(run.Unplaced, subject);
        }
        finally
        {
            documents.ForEach(d => d.Dispose());
        }
    }

    private static string Describe(SimulatedPlacement placed)
    {
        PlacementReport report = placed.Report!;
        NodeScore best = report.Scores[0];
        string[] others = [.. report.Scores.Skip(1).Take(MostPlacesNamed - 1).Select(s => $"{s.Node} {s.Total}")];
        string compared = others.Length == 0 ? "" : $", then {string.Join(", ", others)}";
        string room = report.Preemption is { Victims.Count: > 0 } preemption ? $" in place of {string.Join(", ", preemption.Victims)}" : "";
        return $"would be placed on node {best.Node}{room} (score {best.Total}{compared}; {report.NodesEligible} of {report.NodesConsidered} nodes fit)";
    }

    private static string? Describe(IReadOnlyList<SimulatedPlacement> unplaced, SimulatedPod subject)
    {
        if (unplaced.FirstOrDefault(p => p.Pod.Facts.Uid == subject.Facts.Uid)?.Report is not { } report)
        {
            return null;
        }

        string help = report.Remedies.Count == 0 ? "" : $"; would fit with: {string.Join("; or ", report.Remedies)}";
        return $"would fit nowhere now: {report.Message.TrimEnd('.')}{help}";
    }
}

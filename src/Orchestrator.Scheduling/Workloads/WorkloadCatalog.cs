using System.Text.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Profiles;
using Orchestrator.Scheduling.Reading;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>Reads what a pod is to placement, sharing between pods what is alike: shapes, and identities.</summary>
/// <param name="cluster">The cluster in whose ids shapes are compiled.</param>
/// <param name="shapeLimit">Most shapes kept; when full, all are forgotten.</param>
/// <param name="identityLimit">Most identities kept; when full, all are forgotten.</param>
public sealed class WorkloadCatalog(ClusterState cluster, int shapeLimit = 16_384, int identityLimit = 65_536)
{
    private readonly ShapeCatalog _shapes = new(cluster, shapeLimit);
    private readonly Dictionary<string, PodIdentity> _identities = new(StringComparer.Ordinal);

    /// <param name="pod">The Pod.</param>
    /// <param name="handler">Its runtime handler, resolved from its RuntimeClass.</param>
    /// <param name="defaults">What its scheduler's profile adds; null for nothing.</param>
    /// <param name="company">Selects the pods that it is spread from by default; null for none.</param>
    public Workload Find(JsonElement pod, string handler, ShapeDefaults? defaults = null, LabelSelector? company = null)
    {
        defaults ??= ShapeDefaults.None;
        bool hasOwn = defaults.Spread.Count == 0 || pod.Member("spec").Member("topologySpreadConstraints").HasContent();
        return new Workload(_shapes.Find(pod, handler, defaults, hasOwn ? null : company), IdentityOf(pod.Member("metadata")));
    }

    private PodIdentity IdentityOf(JsonElement metadata)
    {
        JsonElement labels = metadata.Member("labels");
        bool terminating = metadata.Member("deletionTimestamp").IsPresent();
        string ns = metadata.Member("namespace").Text();
        string key = $"{ns}\n{terminating}\n{(labels.IsPresent() ? labels.GetRawText() : "")}";
        if (!_identities.TryGetValue(key, out PodIdentity? identity))
        {
            if (_identities.Count >= identityLimit)
            {
                _identities.Clear();
            }

            identity = new PodIdentity(ns, labels.Members().ToDictionary(l => l.Name, l => l.Value.Text(), StringComparer.Ordinal), terminating);
            _identities.Add(key, identity);
        }

        return identity;
    }
}

using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.ReplicaSets;

/// <summary>What the plan of a ReplicaSet, or of a ReplicationController, is made from.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Stored">The object.</param>
/// <param name="Json">The same, parsed; it may be altered.</param>
/// <param name="Selector">Its selector.</param>
/// <param name="Owned">Pods that refer to it as their controller.</param>
/// <param name="Orphans">Pods of its namespace without a controller.</param>
/// <param name="Related">Active pods of the other ReplicaSets of the same Deployment: asked for where pods are too many.</param>
/// <param name="MayCreate">False while a refused creation is not to be tried again yet.</param>
/// <param name="Now">The time.</param>
internal sealed record ReplicaSetView(
    ControllerKind Kind,
    StoredObject Stored,
    JsonObject Json,
    LabelSelector Selector,
    IReadOnlyList<StoredObject> Owned,
    IReadOnlyList<StoredObject> Orphans,
    Func<IEnumerable<PodView>> Related,
    bool MayCreate,
    DateTimeOffset Now);

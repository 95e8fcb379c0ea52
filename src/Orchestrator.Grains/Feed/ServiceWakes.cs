using System.Runtime.CompilerServices;
using Orchestrator.Grains.Endpoints;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>Which Services a change concerns: the one that changed or whose endpoints did, and those that select a pod whose endpoint changed.</summary>
internal sealed class ServiceWakes(IObjectStore store)
{
    // Selectors of Services, read once for each version of them.
    private static readonly ConditionalWeakTable<StoredObject, LabelSelector> Selectors = [];

    // Selects nothing: no label has this key.
    private static readonly LabelSelector Nothing = new([new LabelRequirement("", LabelOperator.Exists, [])]);

    public IEnumerable<Wake> For(Change change)
    {
        StoredObject obj = change.Object;
        return obj.Key.Resource switch
        {
            Resources.Services or Resources.Endpoints => [new Wake(Reconciler.Service, $"{obj.Key.Namespace}/{obj.Key.Name}")],
            Resources.EndpointSlices => obj.Labels.TryGetValue(SlicePlan.ServiceLabel, out string? service) ? [new Wake(Reconciler.Service, $"{obj.Key.Namespace}/{service}")] : [],
            Resources.Pods => ForPod(change),
            _ => [],
        };
    }

    /// <summary>All that may need a look.</summary>
    public IEnumerable<Wake> All() =>
        store.List(Resources.Services).Items.Concat(store.List(Resources.Endpoints).Items).Select(s => new Wake(Reconciler.Service, $"{s.Key.Namespace}/{s.Key.Name}"));

    private IEnumerable<Wake> ForPod(Change change)
    {
        StoredObject pod = change.Object;
        if (pod.Labels.Count == 0 && change.Previous is not { Labels.Count: > 0 })
        {
            return [];
        }

        IReadOnlyList<StoredObject> services = store.List(Resources.Services, pod.Key.Namespace).Items;
        if (services.Count == 0 || (change.Type == ChangeType.Updated && change.Previous is { } before && EndpointPod.IsSame(before, pod)))
        {
            return [];
        }

        return services
            .Where(s => SelectorOf(s).Matches(pod.Labels) || (change.Previous is { } previous && SelectorOf(s).Matches(previous.Labels)))
            .Select(s => new Wake(Reconciler.Service, $"{s.Key.Namespace}/{s.Key.Name}"));
    }

    private static LabelSelector SelectorOf(StoredObject service) =>
        Selectors.GetValue(service, static s => SelectorObject.ReadMap(StoredJson.Read(s).Child("spec", "selector")) ?? Nothing);
}

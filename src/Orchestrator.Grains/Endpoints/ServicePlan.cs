using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Endpoints;

/// <summary>What the endpoints of a Service are planned from.</summary>
/// <param name="Service">The Service; null where there is none.</param>
/// <param name="Endpoints">The Endpoints of its name; null where there are none.</param>
/// <param name="Slices">Slices labelled with its name.</param>
/// <param name="Pods">Pods with given labels in its namespace.</param>
/// <param name="ZoneOf">Zone of a node, or null.</param>
/// <param name="NewUid">Makes a uid.</param>
/// <param name="Now">The time.</param>
internal sealed record ServiceView(
    StoredObject? Service,
    StoredObject? Endpoints,
    IReadOnlyList<StoredObject> Slices,
    Func<JsonObject, IEnumerable<EndpointPod>> Pods,
    Func<string, string?> ZoneOf,
    Func<string> NewUid,
    DateTimeOffset Now);

/// <summary>
/// Keeps the endpoints of one Service: slices and Endpoints from the pods that it selects; slices from the Endpoints that a user wrote where it selects
/// none (kube-controller-manager's endpointslice, endpoints and endpointslicemirroring controllers). Pure.
/// </summary>
internal static class ServicePlan
{
    private const string SliceManager = "endpointslice-controller.k8s.io";
    private const string MirrorManager = "endpointslicemirroring-controller.k8s.io";

    public static ReconcilePlan Plan(ServiceView view)
    {
        List<StoredObject> selected = Of(view.Slices, SliceManager);
        List<StoredObject> mirrored = Of(view.Slices, MirrorManager);
        if (view.Service is not { IsTerminating: false } stored || StoredJson.Read(stored) is not { } service || service.Child("spec").Text("type") == "ExternalName")
        {
            // Its slices go with their owner; the Endpoints name none.
            List<Mutation> left = [.. Delete(view.Service is null ? [] : selected), .. Delete(mirrored), .. DeleteOwn(view.Endpoints)];
            return left.Count > 0 ? new ReconcilePlan { Mutations = left } : ReconcilePlan.Gone;
        }

        if (service.Child("spec", "selector") is { Count: > 0 } selector)
        {
            IReadOnlyList<EndpointGroup> groups = ServiceEndpoints.Of(service, view.Pods(selector), view.ZoneOf);
            var mutations = new List<Mutation>(Delete(mirrored));
            mutations.AddRange(SlicePlan.Plan(Frame(stored, service), groups, selected, view.NewUid, view.Now));
            if (EndpointsObject.Write(service, groups, view.Endpoints, view.NewUid, view.Now) is { } write)
            {
                mutations.Add(write);
            }

            return new ReconcilePlan { Mutations = mutations };
        }

        return Mirror(view, service, selected, mirrored);
    }

    private static ReconcilePlan Mirror(ServiceView view, JsonObject service, List<StoredObject> selected, List<StoredObject> mirrored)
    {
        var mutations = new List<Mutation>(Delete(selected));
        if (view.Endpoints is not { } stored || StoredJson.Read(stored) is not { } endpoints || !MirroredEndpoints.Applies(stored, endpoints))
        {
            mutations.AddRange(Delete(mirrored));
            return new ReconcilePlan { Mutations = mutations };
        }

        foreach (string addressType in (ReadOnlySpan<string>)["IPv4", "IPv6"])
        {
            List<StoredObject> own = [.. mirrored.Where(s => StoredJson.Read(s).Text("addressType") == addressType)];
            IReadOnlyList<EndpointGroup> groups = MirroredEndpoints.Groups(endpoints, addressType);
            mutations.AddRange(groups.Count == 0 && (own.Count > 0 || addressType == "IPv6")
                ? Delete(own)
                : SlicePlan.Plan(MirrorFrame(stored, endpoints, service, addressType), groups, own, view.NewUid, view.Now));
        }

        return new ReconcilePlan { Mutations = mutations };
    }

    private static SliceFrame Frame(StoredObject stored, JsonObject service) => new(
        stored.Key.Namespace,
        stored.Key.Name,
        "IPv4",
        Labels(service.Child("metadata"), stored.Key.Name, SliceManager, service.Child("spec").Text("clusterIP") == "None"),
        Owner("v1", "Service", stored));

    private static SliceFrame MirrorFrame(StoredObject stored, JsonObject endpoints, JsonObject service, string addressType) => new(
        stored.Key.Namespace,
        stored.Key.Name,
        addressType,
        Labels(endpoints.Child("metadata"), stored.Key.Name, MirrorManager, service.Child("spec").Text("clusterIP") == "None"),
        Owner("v1", "Endpoints", stored));

    private static JsonObject Labels(JsonObject? metadata, string service, string manager, bool isHeadless)
    {
        JsonObject labels = (JsonObject?)metadata.Child("labels")?.DeepClone() ?? [];
        labels.Remove(EndpointsObject.ManagedByLabel);
        labels[SlicePlan.ServiceLabel] = service;
        labels[SlicePlan.ManagedByLabel] = manager;
        if (isHeadless)
        {
            labels[SlicePlan.HeadlessLabel] = "";
        }
        else
        {
            labels.Remove(SlicePlan.HeadlessLabel);
        }

        return labels;
    }

    private static JsonObject Owner(string apiVersion, string kind, StoredObject owner) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["name"] = owner.Key.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    private static List<StoredObject> Of(IReadOnlyList<StoredObject> slices, string manager) =>
        [.. slices.Where(s => s.Labels.GetValueOrDefault(SlicePlan.ManagedByLabel) == manager)];

    private static IEnumerable<Mutation> Delete(IEnumerable<StoredObject> slices) => slices.Where(s => !s.IsTerminating).Select(s => new DeleteObject(s.Key, s.Revision));

    private static IEnumerable<Mutation> DeleteOwn(StoredObject? endpoints) =>
        endpoints is not null && endpoints.Labels.GetValueOrDefault(EndpointsObject.ManagedByLabel) == EndpointsObject.Manager
            ? [new DeleteObject(endpoints.Key, endpoints.Revision)]
            : [];
}

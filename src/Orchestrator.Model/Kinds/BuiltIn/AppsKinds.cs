using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Apps;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds that keep pods running: <c>apps/v1</c>, and the ReplicationController of the core group.</summary>
internal static class AppsKinds
{
    private const string Group = "apps";

    public static IReadOnlyList<ResourceKind> All => [ReplicationController(), Deployment(), ReplicaSet(), StatefulSet(), DaemonSet(), ControllerRevision()];

    private static ResourceKind Deployment() => Workload("Deployment", "deployments", "deploy", typeof(V1Deployment)) with
    {
        Scale = Scales,
        Columns =
        [
            Column.Text("Ready", "Ready pods of those wanted.", o => Of(Status(o, "readyReplicas"), Spec(o, "replicas"))),
            Column.Number("Up-to-date", "Pods of the newest template.", o => Status(o, "updatedReplicas")),
            Column.Number("Available", "Pods that have been ready for long enough.", o => Status(o, "availableReplicas")),
            Column.Age(),
            .. Wide,
        ],
        Rules = new DeploymentRules(),
    };

    private static ResourceKind ReplicaSet() => Workload("ReplicaSet", "replicasets", "rs", typeof(V1ReplicaSet)) with
    {
        Scale = Scales,
        SelectableFields = ["status.replicas"],
        Columns = Replicas,
        Rules = new ReplicaSetRules(),
    };

    private static ResourceKind ReplicationController() => Workload("ReplicationController", "replicationcontrollers", "rc", typeof(V1ReplicationController)) with
    {
        Group = "",
        Scale = Scales,
        SelectableFields = ["status.replicas"],
        Columns = Replicas,
        Rules = new ReplicationControllerRules(),
    };

    private static ResourceKind StatefulSet() => Workload("StatefulSet", "statefulsets", "sts", typeof(V1StatefulSet)) with
    {
        Scale = Scales,
        Columns =
        [
            Column.Text("Ready", "Ready pods of those wanted.", o => Of(Status(o, "readyReplicas"), Spec(o, "replicas"))),
            Column.Age(),
            .. Wide[..2],
        ],
        Rules = new StatefulSetRules(),
    };

    private static ResourceKind DaemonSet() => Workload("DaemonSet", "daemonsets", "ds", typeof(V1DaemonSet)) with
    {
        Columns =
        [
            Column.Number("Desired", "Nodes that should run it.", o => Status(o, "desiredNumberScheduled")),
            Column.Number("Current", "Nodes that should run it and do.", o => Status(o, "currentNumberScheduled")),
            Column.Number("Ready", "Nodes where it is ready.", o => Status(o, "numberReady")),
            Column.Number("Up-to-date", "Nodes with a pod of the newest template.", o => Status(o, "updatedNumberScheduled")),
            Column.Number("Available", "Nodes where it has been ready for long enough.", o => Status(o, "numberAvailable")),
            Column.Text("Node Selector", "Labels of the nodes that run it.", o => SelectorText.Of(Template(o).Child("spec", "nodeSelector"))),
            Column.Age(),
            .. Wide,
        ],
        Rules = new DaemonSetRules(),
    };

    private static ResourceKind ControllerRevision() => new()
    {
        Group = Group,
        Version = "v1",
        Kind = "ControllerRevision",
        Plural = "controllerrevisions",
        Namespaced = true,
        ClrType = typeof(V1ControllerRevision),
        Columns =
        [
            Column.Text("Controller", "What it is a revision of.", Controller),
            Column.Number("Revision", "Its number; the newest has the highest.", o => o.Integer("revision")),
            Column.Age(),
        ],
        Rules = new ControllerRevisionRules(),
    };

    private static ResourceKind Workload(string kind, string plural, string shortName, Type type) => new()
    {
        Group = Group,
        Version = "v1",
        Kind = kind,
        Plural = plural,
        Namespaced = true,
        ClrType = type,
        ShortNames = [shortName],
        Categories = ["all"],
        HasStatus = true,
        HasGeneration = true,
    };

    private static ScalePaths Scales => new("spec.replicas", "status.replicas", "spec.selector");

    private static TableColumn[] Replicas =>
    [
        Column.Number("Desired", "Pods wanted.", o => Spec(o, "replicas")),
        Column.Number("Current", "Pods there are.", o => Status(o, "replicas")),
        Column.Number("Ready", "Pods that are ready.", o => Status(o, "readyReplicas")),
        Column.Age(),
        .. Wide,
    ];

    private static TableColumn[] Wide =>
    [
        Column.Text("Containers", "Names of the template's containers.", o => Containers(o, "name"), Column.Wide),
        Column.Text("Images", "Images of the template's containers.", o => Containers(o, "image"), Column.Wide),
        Column.Text("Selector", "What it selects its pods by.", o => SelectorText.Of(o.Child("spec", "selector")), Column.Wide),
    ];

    private static JsonObject? Template(JsonObject obj) => obj.Child("spec", "template");

    private static string Containers(JsonObject obj, string member) =>
        string.Join(',', Template(obj).Child("spec").Items("containers").Select(c => c.Item.Text(member)));

    private static long Status(JsonObject obj, string member) => obj.Child("status").Integer(member) ?? 0;

    private static long Spec(JsonObject obj, string member) => obj.Child("spec").Integer(member) ?? 0;

    private static string Of(long some, long all) => string.Create(CultureInfo.InvariantCulture, $"{some}/{all}");

    private static string? Controller(JsonObject revision)
    {
        JsonObject? owner = revision.Child("metadata").Items("ownerReferences").Select(r => r.Item).FirstOrDefault(r => r.Flag("controller") == true);
        string group = owner.Text("apiVersion") is { } version && version.Contains('/', StringComparison.Ordinal) ? "." + version.Split('/')[0] : "";
        return owner is null ? null : $"{owner.Text("kind")?.ToLowerInvariant()}{group}/{owner.Text("name")}";
    }
}

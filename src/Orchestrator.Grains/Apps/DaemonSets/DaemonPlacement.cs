using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Grains.Apps.DaemonSets;

/// <summary>
/// On which nodes the daemons of a template run: those that its node name, node selector and required node affinity take, and whose taints it tolerates,
/// with the tolerations that every daemon gets. Resources do not count: a daemon that does not fit is pending, and is seen.
/// </summary>
internal sealed class DaemonPlacement
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    // A daemon stays where other pods are evicted from or not sent to: it may be what puts the node right.
    private static readonly (string Key, string Effect)[] AlwaysTolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"),
        ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    private readonly string _nodeName;
    private readonly List<KeyValuePair<string, string>> _selector;
    private readonly List<JsonObject>? _terms;
    private readonly List<Toleration> _tolerations;

    /// <param name="spec">The template's pod spec.</param>
    public DaemonPlacement(JsonObject? spec)
    {
        _nodeName = spec.Text("nodeName") ?? "";
        _selector = [.. (spec.Child("nodeSelector") ?? []).Select(l => KeyValuePair.Create(l.Key, l.Value.AsText() ?? ""))];
        JsonObject? required = spec.Child("affinity", "nodeAffinity").Child(Required);
        _terms = required is null ? null : [.. required.Items("nodeSelectorTerms").Select(t => t.Item)];
        _tolerations =
        [
            .. spec.Items("tolerations").Select(t => new Toleration(t.Item.Text("key") ?? "", t.Item.Text("operator") ?? "", t.Item.Text("value") ?? "", t.Item.Text("effect") ?? "")),
            .. Added(spec).Select(t => new Toleration(t.Key, "Exists", "", t.Effect)),
        ];
    }

    /// <summary>Whether a daemon is to be made on the node, and whether one that is there may stay.</summary>
    public (bool Runs, bool Stays) On(NodeView node)
    {
        if ((_nodeName.Length > 0 && _nodeName != node.Name) || !Fits(node))
        {
            return (false, false);
        }

        bool runs = true;
        bool stays = true;
        foreach (Taint taint in node.Taints)
        {
            if (taint.Effect is "NoSchedule" or "NoExecute" && !_tolerations.Exists(t => t.Tolerates(taint)))
            {
                runs = false;
                stays &= taint.Effect != "NoExecute";
            }
        }

        return (runs, stays);
    }

    /// <summary>Makes a pod that of one node: for the scheduler, which binds it, by affinity; and able to stay there.</summary>
    public static void Assign(JsonObject spec, string node)
    {
        JsonObject affinity = spec.ObjectOrNew("affinity")!.ObjectOrNew("nodeAffinity")!;

        // What else is required of the node has been looked at already.
        affinity[Required] = new JsonObject
        {
            ["nodeSelectorTerms"] = new JsonArray(new JsonObject
            {
                ["matchFields"] = new JsonArray(new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node) }),
            }),
        };
        if (spec["tolerations"] is not JsonArray tolerations)
        {
            spec["tolerations"] = tolerations = [];
        }

        foreach ((string key, string effect) in Added(spec))
        {
            if (!spec.Items("tolerations").Any(t => t.Item.Text("key") == key && t.Item.Text("effect") == effect && t.Item.Text("operator") == "Exists"))
            {
                tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
            }
        }
    }

    /// <summary>The node that a daemon was made for: that it is bound to, or else that its affinity names.</summary>
    public static string NodeOf(JsonObject pod)
    {
        JsonObject? spec = pod.Child("spec");
        return spec.Text("nodeName") is { Length: > 0 } bound
            ? bound
            : spec.Child("affinity", "nodeAffinity").Child(Required).Items("nodeSelectorTerms")
                .SelectMany(t => t.Item.Items("matchFields"))
                .Where(f => f.Item.Text("key") == "metadata.name")
                .SelectMany(f => f.Item.Texts("values"))
                .FirstOrDefault() ?? "";
    }

    private static IEnumerable<(string Key, string Effect)> Added(JsonObject? spec) => spec.Flag("hostNetwork") == true
        ? AlwaysTolerated.Append(("node.kubernetes.io/network-unavailable", "NoSchedule"))
        : AlwaysTolerated;

    private bool Fits(NodeView node) =>
        _selector.TrueForAll(l => node.Stored.Labels.GetValueOrDefault(l.Key) == l.Value) && (_terms is null || _terms.Exists(t => Matches(t, node)));

    private static bool Matches(JsonObject term, NodeView node)
    {
        List<JsonObject> labels = [.. term.Items("matchExpressions").Select(e => e.Item)];
        List<JsonObject> fields = [.. term.Items("matchFields").Select(e => e.Item)];
        return labels.Count + fields.Count > 0
            && labels.TrueForAll(e => Matches(e, node.Stored.Labels.GetValueOrDefault(e.Text("key") ?? "")))
            && fields.TrueForAll(e => Matches(e, e.Text("key") == "metadata.name" ? node.Name : null));
    }

    private static bool Matches(JsonObject requirement, string? value) => requirement.Text("operator") switch
    {
        "In" => value is not null && requirement.Texts("values").Contains(value),
        "NotIn" => value is null || !requirement.Texts("values").Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value, requirement) > 0,
        "Lt" => Compare(value, requirement) < 0,
        _ => false,
    };

    private static int Compare(string? value, JsonObject requirement) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long left)
        && long.TryParse(requirement.Texts("values").FirstOrDefault(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long right)
            ? left.CompareTo(right)
            : 0;
}

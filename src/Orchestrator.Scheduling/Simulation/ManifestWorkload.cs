using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>The pods that a manifest asks for.</summary>
/// <param name="Kind">Pod, Deployment, ReplicaSet, ReplicationController, StatefulSet, Job, CronJob or DaemonSet.</param>
/// <param name="Namespace">The pods' namespace.</param>
/// <param name="Name">The manifest's metadata.name.</param>
/// <param name="Template">One of the pods, without a name: <c>metadata</c> and <c>spec</c>.</param>
/// <param name="Count">How many of them; of a DaemonSet one per node, which is not counted here; of a CronJob those of one run.</param>
public sealed record ManifestWorkload(string Kind, string Namespace, string Name, JsonObject Template, int Count)
{
    /// <summary>Most pods of one manifest: more than any cluster holds is a typing error.</summary>
    public const int MaxPods = 200_000;

    public static readonly IReadOnlyList<string> Kinds = ["Pod", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "Job", "CronJob", "DaemonSet"];

    /// <summary>KIND/NAME in lower case.</summary>
    public string Title => $"{Kind.ToLowerInvariant()}/{Name}";

    /// <summary>Reads a manifest whose kind is one of <see cref="Kinds"/>.</summary>
    /// <param name="manifest">The object.</param>
    /// <param name="defaultNamespace">Where it names none.</param>
    /// <param name="errors">Receives what is wrong with it, each with the field.</param>
    public static ManifestWorkload? Read(JsonObject manifest, string defaultNamespace, ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        string kind = manifest.Text("kind")!;
        string name = manifest.Child("metadata").Text("name") ?? "";
        string ns = manifest.Child("metadata").Text("namespace") is { Length: > 0 } given ? given : defaultNamespace;
        JsonObject? spec = kind == "CronJob" ? manifest.Child("spec", "jobTemplate").Child("spec") : manifest.Child("spec");
        JsonObject? source = kind == "Pod" ? manifest : spec.Child("template");
        if (source.Child("spec") is null)
        {
            errors.Add($"{TemplatePath(kind)}spec: Required value");
            return null;
        }

        int? count = PodCount(kind, spec, errors);
        return new ManifestWorkload(kind, ns, name, TemplateOf(source!, ns), count ?? 0);
    }

    /// <summary>Where in a manifest of the kind its pods are described: empty, or a path with a dot at its end.</summary>
    public static string TemplatePath(string kind) => $"{JobPath(kind)}{(kind == "Pod" ? "" : "spec.template.")}";

    /// <summary>One pod of the workload.</summary>
    public JsonObject Pod(string podName)
    {
        var pod = (JsonObject)Template.DeepClone();
        pod["metadata"]!["name"] = podName;
        pod["metadata"]!["uid"] = $"simulated/{Namespace}/{podName}";
        if (Kind != "Pod")
        {
            pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = Kind, ["name"] = Name, ["uid"] = $"simulated/{Namespace}/{Title}", ["controller"] = true });
        }

        return pod;
    }

    /// <summary>Names for its pods, none of which is taken.</summary>
    public IEnumerable<string> PodNames(Func<string, bool> isTaken)
    {
        if (Kind == "Pod")
        {
            yield return Name;
            yield break;
        }

        int first = Kind == "StatefulSet" ? 0 : 1;
        for (int given = 0, number = first; given < Count; number++)
        {
            string podName = $"{Name}-{number}";
            if (!isTaken(podName))
            {
                given++;
                yield return podName;
            }
        }
    }

    private static JsonObject TemplateOf(JsonObject source, string ns)
    {
        var metadata = new JsonObject { ["namespace"] = ns };
        foreach (string part in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (source.Child("metadata", part) is { } given)
            {
                metadata[part] = given.DeepClone();
            }
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = source["spec"]!.DeepClone() };
    }

    private static int? PodCount(string kind, JsonObject? spec, ICollection<string> errors) => kind switch
    {
        "Pod" or "DaemonSet" => 1,
        "Job" or "CronJob" => JobPods(kind, spec, errors),
        _ => Number(kind, spec, "replicas", 1, errors),
    };

    private static string JobPath(string kind) => kind == "CronJob" ? "spec.jobTemplate." : "";

    // As many as run at once: the others come only when these have ended.
    private static int? JobPods(string kind, JsonObject? spec, ICollection<string> errors)
    {
        int? parallelism = Number(kind, spec, "parallelism", 1, errors);
        int? completions = Number(kind, spec, "completions", int.MaxValue, errors);
        return parallelism is null || completions is null ? null : Math.Min(parallelism.Value, completions.Value);
    }

    private static int? Number(string kind, JsonObject? spec, string field, int absent, ICollection<string> errors)
    {
        if (spec?[field] is null)
        {
            return absent;
        }

        if (spec.Integer(field) is >= 0 and <= MaxPods)
        {
            return (int)spec.Integer(field)!.Value;
        }

        errors.Add($"{JobPath(kind)}spec.{field}: Invalid value: {spec[field]!.ToJsonString()}: must be a whole number from 0 to {MaxPods}");
        return null;
    }
}

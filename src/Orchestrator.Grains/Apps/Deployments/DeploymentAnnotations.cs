using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>The annotations by which Deployments keep their history on their ReplicaSets, as kubectl and Kubernetes know them.</summary>
internal static class DeploymentAnnotations
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    /// <summary>Annotations of a Deployment that are not copied to its ReplicaSets.</summary>
    private static readonly HashSet<string> NotCopied = new(StringComparer.Ordinal)
    {
        "kubectl.kubernetes.io/last-applied-configuration", Revision, RevisionHistory, DesiredReplicas, MaxReplicas, "deprecated.deployment.rollback.to",
    };

    public static string? Get(JsonObject obj, string name) => obj.Child("metadata", "annotations").Text(name);

    /// <summary>An annotation that holds a number; null where it holds none.</summary>
    public static long? Number(JsonObject obj, string name) =>
        long.TryParse(Get(obj, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>True where that changed something.</summary>
    public static bool Set(JsonObject obj, string name, string value)
    {
        if (Get(obj, name) == value)
        {
            return false;
        }

        obj.ObjectOrNew("metadata")!.ObjectOrNew("annotations")![name] = value;
        return true;
    }

    /// <summary>The ReplicaSet gets the Deployment's own annotations. True where that changed something.</summary>
    public static bool CopyTo(JsonObject deployment, JsonObject replicaSet)
    {
        bool changed = false;
        foreach ((string name, JsonNode? value) in deployment.Child("metadata", "annotations") ?? [])
        {
            changed |= !NotCopied.Contains(name) && Set(replicaSet, name, value.AsText() ?? "");
        }

        return changed;
    }

    /// <summary>The ReplicaSet becomes the newest: its revision goes up, and the one that it had is remembered. True where that changed something.</summary>
    public static bool Promote(JsonObject replicaSet, long revision)
    {
        if (Number(replicaSet, Revision) >= revision)
        {
            return false;
        }

        string? before = Get(replicaSet, Revision);
        Set(replicaSet, Revision, Text(revision));
        if (before is { Length: > 0 })
        {
            string? history = Get(replicaSet, RevisionHistory);
            Set(replicaSet, RevisionHistory, string.IsNullOrEmpty(history) ? before : $"{history},{before}");
        }

        return true;
    }

    /// <summary>Records for what size the ReplicaSet was sized. True where that changed something.</summary>
    public static bool SetSizes(JsonObject replicaSet, long desired, long most) =>
        Set(replicaSet, DesiredReplicas, Text(desired)) | Set(replicaSet, MaxReplicas, Text(most));

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Text.Json.Nodes;

namespace Orchestrator.Model.Kinds;

/// <summary>
/// Pods: one that is bound to a node and not finished gets its grace period, in which the node's agent stops it and then deletes it with
/// gracePeriodSeconds 0; any other goes at once, since nothing runs (Kubernetes' pod strategy, CheckGracefulDelete).
/// </summary>
public sealed class PodDeletion : IDeletionRules
{
    private const long DefaultSeconds = 30;

    public static readonly PodDeletion Instance = new();

    public long GracePeriodSeconds(JsonObject obj, long? requestedSeconds)
    {
        var spec = obj["spec"] as JsonObject;
        var phase = Text(obj["status"] as JsonObject, "phase");
        if (Text(spec, "nodeName").Length == 0 || phase is "Succeeded" or "Failed")
        {
            return 0;
        }

        var fromSpec = spec?["terminationGracePeriodSeconds"] is JsonValue value && value.TryGetValue<long>(out var seconds) ? seconds : DefaultSeconds;
        // A negative period means the least there is, as in Kubernetes.
        var grace = requestedSeconds ?? fromSpec;
        return grace < 0 ? 1 : grace;
    }

    public bool IsHeld(JsonObject obj) => false;

    public void MarkTerminating(JsonObject obj)
    {
    }

    private static string Text(JsonObject? obj, string name) =>
        obj?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}

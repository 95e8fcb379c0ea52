using System.Text.Json.Nodes;

namespace Orchestrator.Model.Kinds;

/// <summary>Namespaces: held by spec.finalizers until their content is gone; status.phase says Terminating meanwhile.</summary>
public sealed class NamespaceDeletion : IDeletionRules
{
    public static readonly NamespaceDeletion Instance = new();

    public long GracePeriodSeconds(JsonObject obj, long? requestedSeconds) => 0;

    public bool IsHeld(JsonObject obj) => obj["spec"] is JsonObject spec && spec["finalizers"] is JsonArray { Count: > 0 };

    public void MarkTerminating(JsonObject obj)
    {
        if (obj["status"] is not JsonObject status)
        {
            obj["status"] = status = [];
        }

        status["phase"] = "Terminating";
    }
}

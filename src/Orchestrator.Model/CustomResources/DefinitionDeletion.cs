using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Model.CustomResources;

/// <summary>CustomResourceDefinitions: a finalizer, which a deletion brings with it, holds them until their objects are gone.</summary>
public sealed class DefinitionDeletion : IDeletionRules
{
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    public static readonly DefinitionDeletion Instance = new();

    public long GracePeriodSeconds(JsonObject obj, long? requestedSeconds) => 0;

    /// <summary>Before its deletion is asked for; from then on the finalizer does it.</summary>
    public bool IsHeld(JsonObject obj) => obj.Child("metadata").Text("deletionTimestamp") is null;

    public void MarkTerminating(JsonObject obj)
    {
        var metadata = obj.ObjectOrNew("metadata")!;
        if (metadata["finalizers"] is not JsonArray finalizers)
        {
            metadata["finalizers"] = finalizers = [];
        }

        if (!finalizers.Any(f => f.AsText() == Finalizer))
        {
            finalizers.Add(Finalizer);
        }

        DefinitionStatus.SetCondition(
            obj.ObjectOrNew("status")!,
            "Terminating",
            true,
            "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
            metadata.Text("deletionTimestamp") ?? "");
    }
}

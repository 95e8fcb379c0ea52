using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>The ReplicaSet of a Deployment's present template: found and numbered, or made.</summary>
internal static class NewestRevision
{
    /// <summary>Gives the one there is the highest revision, and what it is to have from the Deployment.</summary>
    public static void Synchronize(DeploymentState state)
    {
        if (state.Newest is not { } newest)
        {
            return;
        }

        bool changed = DeploymentAnnotations.CopyTo(state.Json, newest.Json);
        changed |= DeploymentAnnotations.Promote(newest.Json, NextRevision(state));
        JsonObject spec = newest.Json.ObjectOrNew("spec")!;
        long minReadySeconds = state.Spec.Integer("minReadySeconds") ?? 0;
        if ((spec.Integer("minReadySeconds") ?? 0) != minReadySeconds)
        {
            spec.Count("minReadySeconds", minReadySeconds);
            JsonObject metadata = newest.Json.ObjectOrNew("metadata")!;
            metadata["generation"] = (metadata.Integer("generation") ?? 0) + 1;
            changed = true;
        }

        newest.IsChanged |= changed;
        NumberDeployment(state);
        if (DeploymentConditions.Find(Status(state), DeploymentConditions.Progressing) is null && HasDeadline(state.Spec))
        {
            SetProgress(state, "FoundNewReplicaSet", $"Found new replica set \"{newest.Name}\"");
        }
    }

    /// <summary>Makes it, at the size that it may have at once.</summary>
    /// <param name="state">The Deployment, which has none.</param>
    /// <param name="size">Pods that it is to have.</param>
    public static void Create(DeploymentState state, long size)
    {
        var template = (JsonObject)(state.Spec.Child("template")?.DeepClone() ?? new JsonObject());
        string hash = TemplateHash.Of(template, Status(state).Integer("collisionCount") ?? 0);
        template.ObjectOrNew("metadata")!.ObjectOrNew("labels")![TemplateHash.DeploymentLabel] = hash;
        var selector = (JsonObject)(state.Spec.Child("selector")?.DeepClone() ?? new JsonObject());
        selector.ObjectOrNew("matchLabels")![TemplateHash.DeploymentLabel] = hash;
        var spec = new JsonObject { ["replicas"] = size, ["selector"] = selector, ["template"] = template };
        spec.Count("minReadySeconds", state.Spec.Integer("minReadySeconds") ?? 0);
        var json = new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{state.Stored.Key.Name}-{hash}",
                ["namespace"] = state.Stored.Key.Namespace,
                ["labels"] = template.Child("metadata", "labels")!.DeepClone(),
                ["ownerReferences"] = new JsonArray(ControllerKind.Deployment.Reference(state.Stored)),
            },
            ["spec"] = spec,
        };
        DeploymentAnnotations.CopyTo(state.Json, json);
        DeploymentAnnotations.Promote(json, NextRevision(state));
        DeploymentAnnotations.SetSizes(json, state.Limits.Replicas, state.Limits.Most);
        state.Create(new RevisionSet(null, json));
        NumberDeployment(state);
        if (HasDeadline(state.Spec))
        {
            SetProgress(state, "NewReplicaSetCreated", $"Created new replica set \"{state.Newest!.Name}\"");
        }
    }

    public static bool HasDeadline(JsonObject spec) => spec.Integer("progressDeadlineSeconds") is { } seconds and not int.MaxValue && seconds >= 0;

    private static void SetProgress(DeploymentState state, string reason, string message) =>
        DeploymentConditions.Set(Status(state), new ConditionValue(DeploymentConditions.Progressing, "True", reason, message), state.Now);

    private static JsonObject Status(DeploymentState state) => state.Json.ObjectOrNew("status")!;

    private static long NextRevision(DeploymentState state) => state.Old.Select(s => s.Revision).DefaultIfEmpty(0).Max() + 1;

    private static void NumberDeployment(DeploymentState state)
    {
        if (DeploymentAnnotations.Get(state.Newest!.Json, DeploymentAnnotations.Revision) is { } revision)
        {
            DeploymentAnnotations.Set(state.Json, DeploymentAnnotations.Revision, revision);
        }
    }
}

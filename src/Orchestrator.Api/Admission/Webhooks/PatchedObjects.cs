using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>
/// Applies the patches of webhooks. What comes of one is read like a body: fields that the kind does not have are dropped, defaults are filled in, and what the
/// server itself writes is as it was.
/// </summary>
internal sealed class PatchedObjects(FieldSchemas schemas)
{
    private static readonly string[] ServerFields =
        ["name", "namespace", "uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"];

    /// <summary>Patches the object in place; true where that changed it.</summary>
    /// <param name="subject">The write.</param>
    /// <param name="obj">Its object.</param>
    /// <param name="kind">The kind as which the webhook saw the object.</param>
    /// <param name="webhook">Whose patch it is.</param>
    /// <param name="patch">Operations of a JSON patch.</param>
    public Outcome<bool> Apply(WebhookSubject subject, JsonObject obj, ResourceKind kind, Webhook webhook, JsonArray patch)
    {
        // As the webhook saw it, and left alone if the patch fails halfway.
        JsonObject changed = subject.IsOfKind && kind != subject.Kind
            ? ServedVersion.Parse(kind, ServedVersion.Serialize(subject.Kind, obj))
            : (JsonObject)obj.DeepClone();

        try
        {
            JsonPatch.Apply(changed, patch);
        }
        catch (PatchException e)
        {
            return StatusErrors.InternalError($"the patch of admission webhook \"{webhook.Name}\" cannot be applied: {e.Message}");
        }

        string? fault = TypeFault(subject, changed, kind);
        if (fault is null && subject.IsOfKind)
        {
            changed = kind == subject.Kind ? changed : ServedVersion.Parse(subject.Kind, ServedVersion.Serialize(kind, changed));
            fault = Complete(subject.Kind, changed, obj);
        }

        if (fault is not null)
        {
            return StatusErrors.InternalError($"admission webhook \"{webhook.Name}\" made of the object what is no {subject.Type.Kind}: {fault}");
        }

        if (JsonNode.DeepEquals(changed, obj))
        {
            return false;
        }

        Replace(obj, changed);
        return true;
    }

    private static string? TypeFault(WebhookSubject subject, JsonObject changed, ResourceKind kind)
    {
        (string ApiVersion, string Kind) type = subject.IsOfKind ? (kind.ApiVersion, kind.Kind) : subject.Type;
        return changed.Text("apiVersion") != type.ApiVersion || changed.Text("kind") != type.Kind
            ? $"it is of type {changed.Text("apiVersion")}, Kind={changed.Text("kind")}"
            : null;
    }

    private string? Complete(ResourceKind kind, JsonObject changed, JsonObject before)
    {
        KeepServerFields(changed, before);
        if (!kind.IsCustom)
        {
            JsonTree.DropNulls(changed);
        }

        if (schemas.Of(kind) is { } schema)
        {
            // The values of custom kinds are validated against their schemas later, with all errors at once.
            SchemaCheck check = SchemaCheck.Run(changed, schema);
            if (check.Mismatches.FirstOrDefault(m => !kind.IsCustom || m.StartsWith("metadata", StringComparison.Ordinal)) is { } mismatch)
            {
                return mismatch;
            }

            Pruning.Run(changed, schema);
        }

        kind.Rules.Default(changed);
        return null;
    }

    private static void KeepServerFields(JsonObject changed, JsonObject before)
    {
        JsonObject metadata = ObjectMetadata.Of(changed), kept = ObjectMetadata.Of(before);
        foreach (string field in ServerFields)
        {
            if (kept[field] is { } value)
            {
                metadata[field] = value.DeepClone();
            }
            else
            {
                metadata.Remove(field);
            }
        }
    }

    private static void Replace(JsonObject obj, JsonObject changed)
    {
        obj.Clear();
        foreach ((string name, JsonNode? value) in changed.ToArray())
        {
            changed.Remove(name);
            obj[name] = value;
        }
    }
}

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
        var changed = (JsonObject)obj.DeepClone();
        if (subject.IsOfKind)
        {
            changed["apiVersion"] = kind.ApiVersion;
        }

        try
        {
            JsonPatch.Apply(changed, patch);
        }
        catch (PatchException e)
        {
            return StatusErrors.InternalError($"the patch of admission webhook \"{webhook.Name}\" cannot be applied: {e.Message}");
        }

        if (Fault(subject, changed, kind) is { } fault)
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

    private string? Fault(WebhookSubject subject, JsonObject changed, ResourceKind kind)
    {
        (string ApiVersion, string Kind) type = subject.IsOfKind ? (kind.ApiVersion, kind.Kind) : subject.Type;
        if (changed.Text("apiVersion") != type.ApiVersion || changed.Text("kind") != type.Kind)
        {
            return $"it is of type {changed.Text("apiVersion")}, Kind={changed.Text("kind")}";
        }

        if (!subject.IsOfKind)
        {
            return null;
        }

        changed["apiVersion"] = subject.Kind.ApiVersion;
        KeepServerFields(changed, subject.Object!);
        if (!subject.Kind.IsCustom)
        {
            JsonTree.DropNulls(changed);
        }

        if (schemas.Of(subject.Kind) is { } schema)
        {
            SchemaCheck check = SchemaCheck.Run(changed, schema);
            // The values of custom kinds are validated against their schemas later, with all errors at once.
            if (check.Mismatches.FirstOrDefault(m => !subject.Kind.IsCustom || m.StartsWith("metadata", StringComparison.Ordinal)) is { } mismatch)
            {
                return mismatch;
            }

            Pruning.Run(changed, schema);
        }

        subject.Kind.Rules.Default(changed);
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

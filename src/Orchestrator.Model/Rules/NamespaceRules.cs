using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>A namespace is held by the <c>kubernetes</c> finalizer in its spec until its content is gone.</summary>
internal sealed class NamespaceRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("metadata") is { } metadata && metadata.Text("name") is { } name)
        {
            metadata.ObjectOrNew("labels")?.Default("kubernetes.io/metadata.name", name);
        }

        obj.ObjectOrNew("status")?.DefaultIfEmpty("phase", "Active");

        // Once the deletion has begun the finalizer may only go, never come back.
        if (obj.Child("metadata").Text("deletionTimestamp") is null
            && obj.ObjectOrNew("spec") is { } spec && spec["finalizers"].IsUnset())
        {
            spec["finalizers"] = new JsonArray(WellKnown.NamespaceFinalizer);
        }
    }

    // That the name is a DNS label is checked with the rest of metadata.
    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
    }
}

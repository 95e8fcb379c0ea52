using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Writing;

/// <summary>Server-side apply: the configuration is merged in by ownership; the result is checked like a body and carries its managed fields.</summary>
internal sealed class ApplyChange(ApiCall call, JsonObject configuration, bool force, FieldOwnership ownership, ObjectDecoder decoder) : ObjectChange
{
    public override Outcome<JsonObject> Apply(JsonObject current)
    {
        var applied = ownership.Apply(call, current, configuration, force);
        if (applied.Failed)
        {
            return applied.Error;
        }

        if (!call.Kind.IsCustom)
        {
            JsonTree.DropNulls(applied.Value);
        }

        return decoder.CheckObject(call, applied.Value, duplicates: null);
    }
}

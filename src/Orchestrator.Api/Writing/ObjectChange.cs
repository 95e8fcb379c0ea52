using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Writing;

/// <summary>What an update makes of an object: a replacement or a patch.</summary>
internal abstract class ObjectChange
{
    /// <summary>The changed object, which the caller may go on to alter. Called again after a lost race.</summary>
    /// <param name="current">A copy of the stored object that may be altered, with its resourceVersion.</param>
    public abstract Outcome<JsonObject> Apply(JsonObject current);
}

/// <summary>update: the body takes the object's place.</summary>
internal sealed class Replacement(JsonObject body) : ObjectChange
{
    public override Outcome<JsonObject> Apply(JsonObject current) => (JsonObject)body.DeepClone();
}

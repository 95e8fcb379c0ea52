using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>Writes of the server's own to objects it has read, past the way of a user's update.</summary>
internal static class StoredEdit
{
    /// <summary>
    /// The replacement of the stored object, at the revision it was read at, by an edited tree of it. The tree loses its resourceVersion, which the store
    /// gives anew.
    /// </summary>
    public static UpdateObject Replace(StoredObject stored, JsonObject edited)
    {
        edited.Child("metadata")?.Remove("resourceVersion");
        return new UpdateObject(stored.Key, stored.Revision, JsonBuffer.Serialize(edited));
    }
}

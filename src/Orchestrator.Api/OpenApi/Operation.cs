namespace Orchestrator.Api.OpenApi;

/// <summary>One operation of a path.</summary>
/// <param name="Method">HTTP method in lower case.</param>
/// <param name="Action">What clients know it by: get, list, post, put, patch, delete, deletecollection, connect.</param>
/// <param name="Id">operationId, as Kubernetes makes them.</param>
/// <param name="Body">Name of the definition of the body; empty for none.</param>
/// <param name="Response">Name of the definition of the answer; empty for text.</param>
internal sealed record Operation(string Method, string Action, string Id, string Body, string Response)
{
    public bool IsPatch => Method == "patch";
}

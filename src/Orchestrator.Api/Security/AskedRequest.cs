using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Orchestrator.Api.Requests;

namespace Orchestrator.Api.Security;

/// <summary>Requests that nobody has sent, for asking the authorizers what a user might do.</summary>
public static class AskedRequest
{
    public static RequestInfo OfResource(
        string verb, string group, string version, string resource, string subresource, string ns, string name, string fieldSelector = "") => new()
        {
            Verb = verb,
            Path = "",
            IsResource = true,
            Group = group,
            Version = version,
            Resource = resource,
            Subresource = subresource,
            Namespace = ns,
            Name = name,
            Query = fieldSelector.Length == 0
                ? QueryCollection.Empty
                : new QueryCollection(new Dictionary<string, StringValues>(StringComparer.Ordinal) { ["fieldSelector"] = fieldSelector }),
        };

    public static RequestInfo OfPath(string verb, string path) => new() { Verb = verb, Path = path, Query = QueryCollection.Empty };
}

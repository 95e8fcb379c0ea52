using Microsoft.AspNetCore.Http;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Api.Requests;

/// <summary>
/// What a request asks for, read from its method, path and query alone. Kubernetes' verbs: get, list, watch, create, update, patch,
/// delete, deletecollection; for non-resource paths (<c>/version</c>, <c>/healthz</c>) the lower-case HTTP method.
/// </summary>
public sealed record RequestInfo
{
    public required string Verb { get; init; }

    /// <summary>The path as sent.</summary>
    public required string Path { get; init; }

    /// <summary>True where the path names a resource (<c>/api/v1/...</c>, <c>/apis/G/V/...</c>), known or not.</summary>
    public bool IsResource { get; init; }

    /// <summary>API group; empty for the core group and for non-resource paths.</summary>
    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    /// <summary>Plural from the path; empty for non-resource paths.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Empty where the object itself is meant; several path segments are joined by slashes, but for what follows <c>proxy</c>.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>What follows <c>/proxy/</c>: the path for whom the request is passed on to. Decoded, for looking at.</summary>
    public string SubresourcePath { get; init; } = "";

    /// <summary>Namespace from the path; empty for cluster-scoped resources and for lists of all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Name from the path; empty for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>The registered kind, null where the resource is unknown or the path is not a resource's.</summary>
    public ResourceKind? Kind { get; init; }

    /// <summary>The query, parsed when first read.</summary>
    public required IQueryCollection Query { get; init; }

    /// <summary>Namespace as authorization means it: a Namespace is in itself, so that a right within it covers reading it.</summary>
    public string AuthorizationNamespace => Namespace.Length == 0 && Name.Length > 0 && Group.Length == 0 && Resource == "namespaces" ? Name : Namespace;

    /// <summary>Name as authorization means it: lists and watches that select one object by <c>metadata.name</c> are about that object.</summary>
    public string AuthorizationName => Name.Length == 0 && Verb is "list" or "watch" or "deletecollection"
        && FieldSelector.TryParse(QueryValue("fieldSelector"), out var selector, out _) ? selector.Required("metadata.name") ?? "" : Name;

    /// <summary>First value of a query parameter; the empty string where it is absent.</summary>
    public string QueryValue(string name) => Query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] ?? "" : "";

    /// <summary>True for <c>name=true</c> and <c>name=1</c>, and for the bare name, as Kubernetes reads booleans.</summary>
    public bool QueryFlag(string name) =>
        Query.TryGetValue(name, out var values) && values.Count > 0 && values[0] is not ("false" or "0" or "False" or "FALSE" or "f" or "F");
}

using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Subresources;

/// <summary>
/// One subresource of one kind (<c>pods/log</c>, <c>pods/binding</c>), registered as a service. <c>status</c> is served generically
/// for kinds that have one and needs no implementation.
/// </summary>
public interface ISubresource
{
    /// <summary>Storage name of the kind it belongs to: <c>pods</c>.</summary>
    string Resource { get; }

    /// <summary>Path segment after the object's name: <c>log</c>.</summary>
    string Name { get; }

    /// <summary>Kind of what is read or written, for discovery: <c>Binding</c>; where it is the object itself, its kind.</summary>
    string Kind { get; }

    /// <summary>Group and version of <see cref="Kind"/> (<c>authentication.k8s.io/v1</c>); null for those of the kind it belongs to.</summary>
    string? ApiVersion => null;

    /// <summary>Verbs that it serves, in lower case: get, create, update, patch. Others are answered 405.</summary>
    IReadOnlyList<string> Verbs { get; }

    /// <summary>
    /// True for connections (exec, attach, port-forward, proxies), whose kind is the options in their query: admission webhooks are asked about them as operation CONNECT.
    /// </summary>
    bool Connects => Kind.EndsWith("Options", StringComparison.Ordinal);

    /// <summary>Answers the request: writes the response, or returns what is to be answered as a <c>Status</c>. The object need not exist.</summary>
    ValueTask<StatusError?> HandleAsync(ApiCall call);
}

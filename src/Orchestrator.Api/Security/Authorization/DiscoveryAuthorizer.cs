using Orchestrator.Api.Requests;

namespace Orchestrator.Api.Security.Authorization;

/// <summary>Whoever is authenticated may ask what there is, and how the server is (Kubernetes' <c>system:discovery</c> and <c>system:public-info-viewer</c>).</summary>
public sealed class DiscoveryAuthorizer : IAuthorizer
{
    private static readonly string[] Paths = ["/api", "/apis", "/openapi", "/version", "/healthz", "/livez", "/readyz"];

    public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        bool allowed = !request.IsResource && request.Verb is ("get" or "head") && Paths.Any(p => IsAtOrBelow(request.Path, p));
        return new(allowed ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion);
    }

    private static bool IsAtOrBelow(string path, string root) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
}

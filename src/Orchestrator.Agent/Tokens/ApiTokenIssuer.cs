using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Orchestrator.Agent.Tokens;

/// <summary>Tokens by <c>POST serviceaccounts/NAME/token</c>, which the node authorizer allows for the node's own pods.</summary>
public sealed class ApiTokenIssuer(IKubernetes client, TimeProvider time) : ITokenIssuer
{
    public async Task<PodToken> IssueAsync(V1Pod pod, string audience, long lifetimeSeconds, CancellationToken cancel)
    {
        var account = pod.Spec.ServiceAccountName ?? "default";
        var request = new Authenticationv1TokenRequest
        {
            Spec = new V1TokenRequestSpec
            {
                Audiences = audience.Length == 0 ? [] : [audience],
                ExpirationSeconds = lifetimeSeconds,
                BoundObjectRef = new V1BoundObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            },
        };
        var now = time.GetUtcNow();
        try
        {
            var answer = await client.CoreV1.CreateNamespacedServiceAccountTokenAsync(request, account, pod.Metadata.NamespaceProperty, cancellationToken: cancel);
            var expires = answer.Status.ExpirationTimestamp ?? throw new IOException("the API gave a token that does not say when it expires");
            return new PodToken(answer.Status.Token, now, new DateTimeOffset(expires.ToUniversalTime()));
        }
        catch (Exception error) when (error is HttpOperationException or HttpRequestException)
        {
            var why = (error as HttpOperationException)?.Response.Content ?? error.Message;
            throw new IOException($"failed to fetch token of service account {pod.Metadata.NamespaceProperty}/{account}: {why}", error);
        }
    }
}

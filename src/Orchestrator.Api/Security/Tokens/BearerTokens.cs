using Microsoft.AspNetCore.Http;

namespace Orchestrator.Api.Security.Tokens;

/// <summary>Users by <c>Authorization: Bearer</c>: every kind of token that an <see cref="ITokenAuthenticator"/> knows.</summary>
internal sealed class BearerTokens(IEnumerable<ITokenAuthenticator> authenticators) : IAuthenticator
{
    private const string Scheme = "Bearer ";

    private readonly ITokenAuthenticator[] _authenticators = [.. authenticators];

    public async ValueTask<UserInfo?> AuthenticateAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return (await JudgeAsync(header[Scheme.Length..].Trim(), [], context.RequestAborted)).User;
    }

    public async ValueTask<TokenVerdict> JudgeAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        foreach (var authenticator in _authenticators)
        {
            if (await authenticator.JudgeAsync(token, audiences, cancel) is { } verdict)
            {
                return verdict;
            }
        }

        return TokenVerdict.Invalid("invalid bearer token");
    }
}

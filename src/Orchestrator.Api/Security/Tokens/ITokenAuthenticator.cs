namespace Orchestrator.Api.Security.Tokens;

/// <summary>Judges bearer tokens of one kind. Several are asked in the order of registration; the first that recognises the kind decides.</summary>
internal interface ITokenAuthenticator
{
    /// <summary>Null where the token is of another kind.</summary>
    /// <param name="token">The token as sent.</param>
    /// <param name="audiences">Audiences of which the token must be for at least one; none means the API's own.</param>
    /// <param name="cancel">Cancellation.</param>
    ValueTask<TokenVerdict?> JudgeAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel);
}

/// <param name="User">Whose token it is; null where it is not valid.</param>
/// <param name="Audiences">Those of the wanted audiences that the token is for.</param>
/// <param name="Error">What is wrong with it.</param>
internal sealed record TokenVerdict(UserInfo? User, IReadOnlyList<string> Audiences, string? Error)
{
    public static TokenVerdict Invalid(string error) => new(null, [], error);
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Agent.Images.Credentials;

namespace Orchestrator.Agent.Images;

/// <summary>
/// Answers a registry's challenge (<c>WWW-Authenticate</c>): Basic with the credential itself, Bearer with a token that its token service gives for the
/// credential or to anybody (distribution specification, token authentication).
/// </summary>
internal static partial class RegistryAuthentication
{
    private const int MostTokenBytes = 64 * 1024;

    public static async Task<AuthenticationHeaderValue> AnswerAsync(HttpClient http, HttpResponseMessage response, ImageReference image, RegistryCredential? credential, CancellationToken cancel)
    {
        var challenges = response.Headers.WwwAuthenticate;
        if (credential is { UserName.Length: > 0 } && challenges.Any(header => header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)))
        {
            return Basic(credential);
        }

        var challenge = challenges.FirstOrDefault(header => header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            ?? throw new RegistryException($"{image}: registry {image.Registry} wants credentials ({challenges}), and there are none for it", isTransient: false) { IsDenied = true };
        var address = TokenAddress(challenge.Parameter ?? "", image);
        try
        {
            using var answer = await AskAsync(http, address, credential, cancel);
            if (!answer.IsSuccessStatusCode)
            {
                throw new RegistryException($"{image}: token service {address.Authority} answered {(int)answer.StatusCode}", isTransient: (int)answer.StatusCode >= 500)
                {
                    IsDenied = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden,
                };
            }

            await answer.Content.LoadIntoBufferAsync(MostTokenBytes, cancel);
            var token = OciDocument.Read(await answer.Content.ReadAsByteArrayAsync(cancel), OciJson.Default.RegistryToken, "token");
            return new AuthenticationHeaderValue("Bearer", token.Token ?? token.AccessToken
                ?? throw new RegistryException($"{image}: token service {address.Authority} gave no token", isTransient: false));
        }
        catch (HttpRequestException error)
        {
            throw new RegistryException($"{image}: token service {address.Authority} cannot be reached: {error.Message}", isTransient: true, error);
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, Uri address, RegistryCredential? credential, CancellationToken cancel)
    {
        if (credential is { IdentityToken.Length: > 0 })
        {
            // An identity token is traded in, by the OAuth 2 form of the same service.
            using var form = new FormUrlEncodedContent(
                address.Query.TrimStart('?').Split('&').Select(p => p.Split('=', 2)).Select(p => KeyValuePair.Create(p[0], Uri.UnescapeDataString(p[1])))
                    .Append(new("grant_type", "refresh_token")).Append(new("refresh_token", credential.IdentityToken)).Append(new("client_id", "orchestrator")));
            return await http.PostAsync(new UriBuilder(address) { Query = "" }.Uri, form, cancel);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Authorization = credential is null ? null : Basic(credential) } };
        return await http.SendAsync(request, cancel);
    }

    private static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")));

    /// <summary>The address to ask, from the challenge's realm, service and scope.</summary>
    internal static Uri TokenAddress(string challenge, ImageReference image)
    {
        var parameters = ParameterPattern().Matches(challenge).DistinctBy(match => match.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value, StringComparer.OrdinalIgnoreCase);
        if (!parameters.TryGetValue("realm", out var realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var address))
        {
            throw new RegistryException($"{image}: the registry's challenge names no token service: {challenge}", isTransient: false);
        }

        var scope = parameters.GetValueOrDefault("scope") ?? $"repository:{image.Repository}:pull";
        var query = $"scope={Uri.EscapeDataString(scope)}" + (parameters.TryGetValue("service", out var service) ? $"&service={Uri.EscapeDataString(service)}" : "");
        return new UriBuilder(address) { Query = query }.Uri;
    }

    [GeneratedRegex("(?<name>[A-Za-z]+)=\"(?<value>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ParameterPattern();
}

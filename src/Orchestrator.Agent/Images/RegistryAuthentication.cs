using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Orchestrator.Agent.Images;

/// <summary>Answers a registry's <c>WWW-Authenticate: Bearer</c> challenge with an anonymous token (distribution specification, token authentication).</summary>
internal static partial class RegistryAuthentication
{
    private const int MostTokenBytes = 64 * 1024;

    public static async Task<AuthenticationHeaderValue> AnswerAsync(HttpClient http, HttpResponseMessage response, ImageReference image, CancellationToken cancel)
    {
        var challenge = response.Headers.WwwAuthenticate.FirstOrDefault(header => header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            ?? throw new RegistryException($"{image}: registry {image.Registry} wants credentials ({response.Headers.WwwAuthenticate}), which are not supported", isTransient: false);
        var address = TokenAddress(challenge.Parameter ?? "", image);
        try
        {
            using var answer = await http.GetAsync(address, cancel);
            if (!answer.IsSuccessStatusCode)
            {
                throw new RegistryException($"{image}: token service {address.Authority} answered {(int)answer.StatusCode}", isTransient: (int)answer.StatusCode >= 500);
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

using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Orchestrator.Agent.Images.Credentials;

namespace Orchestrator.Agent.Images;

/// <summary>
/// Reads from one repository of a registry (OCI distribution specification 1.1): manifests and blobs, as nobody or with a credential, with the token dance
/// that public registries ask for.
/// Registries on the loopback interface are spoken to in plain HTTP, as Docker and containerd do.
/// </summary>
internal sealed class RegistryClient(HttpClient http, ImageReference image, RegistryCredential? credential, TimeProvider time)
{
    private const int Attempts = 3;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(300);
    private static readonly string[] ManifestTypes = [OciMediaTypes.Index, OciMediaTypes.Manifest, OciMediaTypes.DockerManifestList, OciMediaTypes.DockerManifest];

    private readonly Uri _repository = new($"{(IsLoopback(image.Registry) ? "http" : "https")}://{Host(image.Registry)}/v2/{image.Repository}/");
    private AuthenticationHeaderValue? _authorization;

    /// <summary>Fetches a manifest or index by tag or digest; the caller verifies the digest, if it has one.</summary>
    public async Task<(byte[] Content, string? MediaType)> GetManifestAsync(string tagOrDigest, CancellationToken cancel)
    {
        using var response = await GetAsync($"manifests/{tagOrDigest}", ManifestTypes, cancel);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancel)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > ImageStore.MostDocumentBytes)
            {
                throw new InvalidImageException($"the manifest of {image} is longer than {ImageStore.MostDocumentBytes} bytes");
            }
        }

        return (content.ToArray(), response.Content.Headers.ContentType?.MediaType);
    }

    /// <summary>Stores the blob; its digest and length are verified. Broken transfers are tried again.</summary>
    public async Task FetchBlobAsync(OciDescriptor blob, BlobStore store, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var response = await GetAsync($"blobs/{blob.Digest}", ["*/*"], cancel);
                await using var body = await response.Content.ReadAsStreamAsync(cancel);
                await store.WriteAsync(body, ContentDigest.Parse(blob.Digest), blob.Size, cancel);
                return;
            }
            catch (Exception error) when (attempt < Attempts && error is HttpIOException or HttpRequestException)
            {
                await Task.Delay(FirstDelay * attempt, time, cancel);
            }
            catch (Exception error) when (error is HttpIOException or HttpRequestException)
            {
                throw new RegistryException($"{image}: the transfer of {blob.Digest} broke off: {error.Message}", isTransient: true, error);
            }
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string path, IEnumerable<string> accept, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var response = await SendAsync(path, accept, cancel);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && _authorization is null && attempt < Attempts)
                {
                    _authorization = await RegistryAuthentication.AnswerAsync(http, response, image, credential, cancel);
                    continue;
                }

                var isTransient = response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
                if (!isTransient || attempt == Attempts)
                {
                    throw new RegistryException(Explain(path, response.StatusCode), isTransient)
                    {
                        IsDenied = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound,
                    };
                }
            }

            await Task.Delay(FirstDelay * attempt, time, cancel);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, IEnumerable<string> accept, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_repository, path)) { Headers = { Authorization = _authorization } };
        foreach (var type in accept)
        {
            request.Headers.Accept.ParseAdd(type);
        }

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (Exception error) when (error is HttpRequestException or AuthenticationException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new RegistryException($"{image}: registry {_repository.Authority} cannot be reached: {error.Message}", isTransient: true, error);
        }
    }

    private string Explain(string path, HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => $"{image}: registry {_repository.Authority} does not have {path}",
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"{image}: registry {_repository.Authority} does not allow pulling {(credential is null ? "without credentials" : $"with the {credential}")}, or there is no such repository",
        _ => $"{image}: registry {_repository.Authority} answered {(int)status} to {path}",
    };

    private static string Host(string registry) => registry == "docker.io" ? "registry-1.docker.io" : registry;

    private static bool IsLoopback(string registry)
    {
        var host = registry.Split(':')[0];
        return host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}

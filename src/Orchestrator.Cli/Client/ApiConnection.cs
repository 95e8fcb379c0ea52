using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using k8s;
using k8s.Exceptions;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Client;

/// <summary>An authenticated connection to an API server. Speaks raw JSON, because the commands show what the server says and not what a typed client knows.</summary>
internal sealed class ApiConnection : IDisposable
{
    private readonly Kubernetes _client;

    private readonly KubernetesClientConfiguration _configuration;

    private ApiConnection(Kubernetes client, KubernetesClientConfiguration configuration, string defaultNamespace)
    {
        (_client, _configuration) = (client, configuration);
        DefaultNamespace = defaultNamespace;
    }

    /// <summary>The namespace of the kubeconfig's context.</summary>
    public string DefaultNamespace { get; }

    public Uri Server => _client.BaseUri;

    /// <exception cref="CommandFailedException">No kubeconfig, or one that cannot be used.</exception>
    public static ApiConnection Open(string? kubeconfigOption)
    {
        var path = KubeconfigLocator.OfThisProcess.Locate(kubeconfigOption);
        try
        {
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
            configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
            return new ApiConnection(new Kubernetes(configuration), configuration, configuration.Namespace ?? "default");
        }
        catch (Exception error) when (error is KubeConfigException or IOException or UnauthorizedAccessException or YamlDotNet.Core.YamlException)
        {
            throw new CommandFailedException($"kubeconfig {path} cannot be used: {error.Message}", error);
        }
    }

    /// <summary>GETs a path and parses the answer.</summary>
    /// <exception cref="ApiStatusException">The server refused.</exception>
    public async Task<JsonObject> GetAsync(string path, string accept, CancellationToken cancel)
    {
        using var response = await SendAsync(HttpMethod.Get, path, accept, body: null, contentType: null, cancel);
        return await ReadObjectAsync(response, cancel);
    }

    /// <summary>Sends a body and parses the answer; returns the status code too, since it tells created from changed.</summary>
    public async Task<JsonObject> SendJsonAsync(HttpMethod method, string path, JsonObject body, string contentType, CancellationToken cancel)
    {
        using var response = await SendAsync(method, path, "application/json", body.ToJsonString(), contentType, cancel);
        return await ReadObjectAsync(response, cancel);
    }

    /// <summary>Sends a body where nothing is answered but that it was taken.</summary>
    /// <exception cref="ApiStatusException">The server refused.</exception>
    public async Task TellAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancel)
    {
        using var response = await SendAsync(method, path, "application/json", body.ToJsonString(), "application/json", cancel);
    }

    /// <summary>Opens a WebSocket, of KubeVirt's protocol.</summary>
    /// <exception cref="CommandFailedException">The server refused.</exception>
    public Task<WebSocket> OpenSocketAsync(string path, CancellationToken cancel) => ApiSocket.OpenAsync(_configuration, new Uri(_client.BaseUri, path), cancel);

    /// <summary>GETs a path and returns the text as it is.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken cancel)
    {
        using var response = await SendAsync(HttpMethod.Get, path, "*/*", body: null, contentType: null, cancel);
        return await response.Content.ReadAsStringAsync(cancel);
    }

    /// <summary>GETs a stream of JSON documents, one per line (a watch), until the server ends it.</summary>
    public async IAsyncEnumerable<JsonObject> StreamAsync(
        string path, string accept, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await SendAsync(HttpMethod.Get, path, accept, body: null, contentType: null, cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            if (line.Length > 0)
            {
                yield return JsonNode.Parse(line)!.AsObject();
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string accept, string? body, string? contentType, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri(_client.BaseUri, path));
        request.Version = System.Net.HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null)
        {
            request.Content = new StringContent(body, new MediaTypeHeaderValue(contentType ?? "application/json"));
        }

        HttpResponseMessage response;
        try
        {
            response = await _client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException error)
        {
            throw new CommandFailedException($"{Server} does not answer: {Innermost(error).Message}\nIs it running? 'orchestrator lab status' shows a lab's processes.", error);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw ApiStatusException.From((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancel));
        }
    }

    private static Exception Innermost(Exception error)
    {
        while (error.InnerException is { } inner && error is not SocketException)
        {
            error = inner;
        }

        return error;
    }

    private static async Task<JsonObject> ReadObjectAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        return (await JsonNode.ParseAsync(stream, cancellationToken: cancel))!.AsObject();
    }
}

using System.Globalization;
using System.Net.Http.Headers;
using k8s.Models;

namespace Orchestrator.Agent.Probes;

/// <summary>HTTP requests of probes and hooks: 200 to 399 is success. Certificates are not checked, as kubelet does not; redirects are not followed and are success.</summary>
public sealed class HttpAction : IDisposable
{
    private readonly SocketsHttpHandler _handler = new()
    {
        AllowAutoRedirect = false,
        // Each try is a new connection: one that hangs must not take the next with it.
        PooledConnectionLifetime = TimeSpan.Zero,
        UseProxy = false,
        UseCookies = false,
#pragma warning disable CA5359 // A container's own certificate is signed by nobody that the node knows; the probe asks whether it answers.
        SslOptions = new() { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    };

    /// <exception cref="HttpRequestException">No answer.</exception>
    public async Task<ProbeResult> GetAsync(V1HTTPGetAction action, ProbeTarget target, CancellationToken cancel)
    {
        if (target.PortOf(action.Port) is not { } port)
        {
            return ProbeResult.Failure($"no port is named {action.Port}");
        }

        string scheme = string.Equals(action.Scheme, "HTTPS", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
        string host = UriHost.Of(string.IsNullOrEmpty(action.Host) ? target.Address : action.Host);
        string path = action.Path is { Length: > 0 } given ? given : "/";
        if (!Uri.TryCreate(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{port}{(path[0] == '/' ? "" : "/")}{path}"), UriKind.Absolute, out Uri? uri))
        {
            return ProbeResult.Failure($"no URL: {path}");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        AddHeaders(request.Headers, action);
        using var client = new HttpClient(_handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        int code = (int)response.StatusCode;
        return code is >= 200 and < 400
            ? ProbeResult.Success
            : ProbeResult.Failure(string.Create(CultureInfo.InvariantCulture, $"HTTP probe failed with statuscode: {code}"));
    }

    public void Dispose() => _handler.Dispose();

    private static void AddHeaders(HttpRequestHeaders headers, V1HTTPGetAction action)
    {
        headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.36");
        headers.TryAddWithoutValidation("Accept", "*/*");
        headers.ConnectionClose = true;
        foreach (V1HTTPHeader header in action.HttpHeaders ?? [])
        {
            if (string.Equals(header.Name, "Host", StringComparison.OrdinalIgnoreCase))
            {
                headers.Host = header.Value;
                continue;
            }

            headers.Remove(header.Name);
            headers.TryAddWithoutValidation(header.Name, header.Value);
        }
    }
}

/// <summary>Addresses within URLs.</summary>
internal static class UriHost
{
    public static string Of(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}

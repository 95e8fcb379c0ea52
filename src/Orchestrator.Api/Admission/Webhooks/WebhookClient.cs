using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Orchestrator.Api.Admission.Webhooks;

/// <param name="Body">What the webhook answered.</param>
/// <param name="Fault">Why there is no answer; null where there is one.</param>
internal readonly record struct WebhookAnswer(ReadOnlyMemory<byte> Body, string? Fault);

/// <summary>Sends reviews to one webhook.</summary>
internal sealed class WebhookClient(Uri address, WebhookConnections connections)
{
    private const int MaxShownBytes = 1024;

    public WebhookConnections Connections { get; } = connections;

    /// <summary>Why a call fails is told in the words that administrators of Kubernetes know from its log.</summary>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async ValueTask<WebhookAnswer> PostAsync(byte[] review, TimeSpan timeout, TimeProvider clock, CancellationToken cancel)
    {
        var target = new UriBuilder(address) { Query = string.Create(CultureInfo.InvariantCulture, $"timeout={timeout.TotalSeconds:0}s") }.Uri;
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(review) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using HttpResponseMessage response = await Connections.Http.SendAsync(request, either.Token);
            byte[] body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return response.StatusCode == HttpStatusCode.OK ? new WebhookAnswer(body, null) : new WebhookAnswer(default, Refusal(response.StatusCode, body));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return new WebhookAnswer(default, $"Post \"{target}\": context deadline exceeded");
        }
        catch (HttpRequestException e)
        {
            return new WebhookAnswer(default, $"Post \"{target}\": {Reason(e)}");
        }
    }

    private static string Refusal(HttpStatusCode status, byte[] body) => (int)status switch
    {
        404 => "the server could not find the requested resource",
        503 => "the server is currently unable to handle the request",
        >= 500 => $"an error on the server (\"{Shown(body)}\") has prevented the request from succeeding",
        >= 400 => "the server rejected our request for an unknown reason",
        _ => string.Create(CultureInfo.InvariantCulture, $"the server answered {(int)status}"),
    };

    private static string Shown(byte[] body) => Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, MaxShownBytes)).Trim();

    private static string Reason(HttpRequestException e) => e.InnerException switch
    {
        AuthenticationException tls => $"tls: failed to verify certificate: {tls.Message}",
        SocketException socket => socket.Message,
        HttpRequestException inner => inner.Message,
        _ => e.Message,
    };
}

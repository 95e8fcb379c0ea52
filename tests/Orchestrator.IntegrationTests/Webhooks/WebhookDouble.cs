using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.IntegrationTests.Cluster;

namespace Orchestrator.IntegrationTests.Webhooks;

/// <summary>A server of admission webhooks: each path is a webhook, which answers with what the test says and remembers what it was asked.</summary>
internal sealed class WebhookDouble : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<JsonNode, JsonObject?>> _webhooks = new();
    private readonly ConcurrentQueue<(string Path, JsonNode Request)> _asked = new();
    private readonly X509Certificate2 _certificate;
    private AgentDouble _server = null!;

    private WebhookDouble(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>The value of <c>caBundle</c>.</summary>
    public string Authority => Convert.ToBase64String(Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem()));

    public int Port => _server.Port;

    public static async Task<WebhookDouble> StartAsync(string host = "localhost")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var webhooks = new WebhookDouble(X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null));
        webhooks._server = await AgentDouble.StartAsync(webhooks._certificate, webhooks.AnswerAsync);
        return webhooks;
    }

    /// <summary>URL of a webhook, to be asked by its path.</summary>
    public string Url(string path) => $"https://localhost:{Port}/{path}";

    /// <summary>Answers on the path with the members of a response besides its uid; null lets the caller wait for ever.</summary>
    public void On(string path, Func<JsonNode, JsonObject?> answer) => _webhooks[path] = answer;

    /// <summary>What the webhook was asked so far.</summary>
    public IReadOnlyList<JsonNode> Asked(string path) => [.. _asked.Where(a => a.Path == path).Select(a => a.Request)];

    public static JsonObject Allow() => new() { ["allowed"] = true };

    public static JsonObject Deny(string message, int code = 403, string reason = "") => new()
    {
        ["allowed"] = false,
        ["status"] = new JsonObject { ["message"] = message, ["code"] = code, ["reason"] = reason },
    };

    public static JsonObject Patch(string operations) => new()
    {
        ["allowed"] = true,
        ["patchType"] = "JSONPatch",
        ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(operations)),
    };

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        JsonNode review = (await JsonNode.ParseAsync(context.Request.Body))!;
        string path = context.Request.Path.Value!.Trim('/');
        _asked.Enqueue((path, review["request"]!.DeepClone()));
        if (!_webhooks.TryGetValue(path, out var answer))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        JsonObject? response = answer(review["request"]!);
        if (response is null)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        response["uid"] ??= (string?)review["request"]!["uid"];
        var answered = new JsonObject { ["kind"] = "AdmissionReview", ["apiVersion"] = (string?)review["apiVersion"], ["response"] = response };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answered.ToJsonString());
    }
}

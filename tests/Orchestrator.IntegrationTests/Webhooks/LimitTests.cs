using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Webhooks;

/// <summary>What a server of small limits refuses, and how it says so.</summary>
public sealed class LimitTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int MaxBodyBytes = 64 * 1024;
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private TestServer _server = null!;
    private WebhookDouble _webhooks = null!;

    public async ValueTask InitializeAsync()
    {
        _webhooks = await WebhookDouble.StartAsync();
        _server = await TestServer.StartAsync(postgres, builder => builder.Services.AddSingleton(
            new ApiOptions { MaxBodyBytes = MaxBodyBytes, MaxDepth = 50, MaxRequestsInFlight = 6, MaxQueuedPerUser = 0, MaxWatchesPerUser = 1 }));
        Kubectl kubectl = _server.Kubectl();
        await Eventually.TrueAsync(async () => (await kubectl.TryAsync(null, "get", "--raw", "/readyz")).ExitCode == 0, "readiness of the server");
        await kubectl.RunAsync("create", "clusterrolebinding", "alice", "--clusterrole=cluster-admin", "--user=alice");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _webhooks.DisposeAsync();
    }

    [Fact]
    public async Task Bodies_that_are_too_large_or_too_deep_are_refused_with_the_limit()
    {
        string large = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"large"},"data":{"a":"{{{new string('x', MaxBodyBytes)}}}"}}""";
        Assert.Equal((413, "RequestEntityTooLarge", string.Create(CultureInfo.InvariantCulture, $"Request entity too large: limit is {MaxBodyBytes}")), await SendAsync(large, "application/json"));
        Assert.Equal((413, "RequestEntityTooLarge"), Head(await SendAsync(large, "application/json", chunked: true)));

        string deep = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"deep"},"data":{"a":{{{new string('[', 60)}}}{{{new string(']', 60)}}}}}""";
        var refusal = await SendAsync(deep, "application/json");
        Assert.Equal((400, "BadRequest"), Head(refusal));
        Assert.Contains("50", refusal.Message, StringComparison.Ordinal);
        refusal = await SendAsync(deep, "application/yaml");
        Assert.Equal((400, "BadRequest"), Head(refusal));
        Assert.Contains("nested deeper than 50 levels", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aliases_of_yaml_do_not_make_a_large_tree_of_a_small_body()
    {
        var bomb = new StringBuilder("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++)
        {
            bomb.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        var refusal = await SendAsync(bomb.ToString(), "application/yaml");
        Assert.Equal((400, "BadRequest"), Head(refusal));
        Assert.Contains("yaml", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bomb", await _server.Kubectl().RunAsync("get", "configmaps"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_whose_requests_find_no_seat_is_told_when_to_come_again()
    {
        _webhooks.On("hold", r => (string?)r["name"] == "held" ? null : WebhookDouble.Allow());
        await _server.Kubectl().FeedAsync(
            $"{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {{name: hold}}, webhooks: [{{name: hold.limits.example.com, admissionReviewVersions: [v1], sideEffects: None, timeoutSeconds: 30, clientConfig: {{url: '{_webhooks.Url("hold")}', caBundle: {_webhooks.Authority}}}, rules: [{{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}}]}}]}}",
            "create", "-f", "-");
        WebhookFollower follower = _server.Services.GetRequiredService<WebhookFollower>();
        await Eventually.TrueAsync(() => Task.FromResult(follower.Current.Validating.Count > 0), "the configuration's taking effect");

        // The level of people has one seat, and the one that the webhook keeps waiting sits on it.
        using HttpClient http = _server.Http();
        using var gone = new CancellationTokenSource();
        using HttpRequestMessage first = AsAlice(HttpMethod.Post, ConfigMaps, """{"metadata":{"name":"held"}}""");
        Task<HttpResponseMessage> held = http.SendAsync(first, gone.Token);
        await Eventually.TrueAsync(() => Task.FromResult(_webhooks.Asked("hold").Count > 0), "the first request's wait");
        using HttpRequestMessage second = AsAlice(HttpMethod.Get, ConfigMaps);
        using HttpResponseMessage refused = await http.SendAsync(second);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal("TooManyRequests", (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["reason"]);

        // Administrators and probes need no seat.
        await _server.Kubectl().RunAsync("get", "configmaps");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
        await Eventually.TrueAsync(
            async () =>
            {
                using HttpRequestMessage again = AsAlice(HttpMethod.Get, ConfigMaps);
                using HttpResponseMessage response = await http.SendAsync(again);
                return response.StatusCode == HttpStatusCode.OK;
            },
            "a seat for the next request");
    }

    [Fact]
    public async Task A_user_has_so_many_watches_and_no_more()
    {
        using HttpClient http = _server.Http();
        using HttpRequestMessage first = AsAlice(HttpMethod.Get, ConfigMaps + "?watch=true"), second = AsAlice(HttpMethod.Get, ConfigMaps + "?watch=true");
        using (HttpResponseMessage open = await http.SendAsync(first, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, open.StatusCode);
            using HttpResponseMessage refused = await http.SendAsync(second, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.NotEmpty(refused.Headers.GetValues("Retry-After"));
        }

        await Eventually.TrueAsync(
            async () =>
            {
                using HttpRequestMessage again = AsAlice(HttpMethod.Get, ConfigMaps + "?watch=true");
                using HttpResponseMessage response = await http.SendAsync(again, HttpCompletionOption.ResponseHeadersRead);
                return response.StatusCode == HttpStatusCode.OK;
            },
            "room for a watch once the first is closed");
    }

    private static (int Code, string? Reason) Head((int Code, string? Reason, string Message) refusal) => (refusal.Code, refusal.Reason);

    private async Task<(int Code, string? Reason, string Message)> SendAsync(string body, string mediaType, bool chunked = false)
    {
        using HttpClient http = _server.Http();
        using var content = new StringContent(body, Encoding.UTF8, mediaType);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(ConfigMaps, UriKind.Relative)) { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        using HttpResponseMessage response = await http.SendAsync(request);
        JsonNode status = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return ((int)response.StatusCode, (string?)status["reason"], (string?)status["message"] ?? "");
    }

    private static HttpRequestMessage AsAlice(HttpMethod method, string path, string? body = null)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("Impersonate-User", "alice");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.IntegrationTests.Cluster;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Security;

/// <summary>Service accounts' and bootstrap tokens, from their making to their end.</summary>
public sealed class TokenTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private static int s_last;

    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_token_that_kubectl_makes_is_a_ticket_for_its_account(string program)
    {
        Kubectl kubectl = cluster.Server.Kubectl(program);
        string account = await AccountAsync();
        string token = (await kubectl.RunAsync("create", "token", account, "--duration=20m")).Trim();
        JsonNode user = await WhoAmIAsync(token);
        Assert.Equal($"system:serviceaccount:default:{account}", (string?)user["username"]);
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"], user["groups"]!.AsArray().Select(g => (string?)g));
        Assert.StartsWith("JTI=", (string?)user["extra"]!["authentication.kubernetes.io/credential-id"]![0]);

        (_, _, string tooShort) = await kubectl.TryAsync(null, "create", "token", account, "--duration=10s");
        Assert.Contains("may not specify a duration less than 10 minutes", tooShort, StringComparison.Ordinal);
        (_, _, string missing) = await kubectl.TryAsync(null, "create", "token", "nobody");
        Assert.Contains("serviceaccounts \"nobody\" not found", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_ends_with_its_pod_and_with_its_account()
    {
        string account = await AccountAsync();
        string pod = $"holder-{account}";
        await cluster.Admin.FeedAsync(
            $"{{apiVersion: v1, kind: Pod, metadata: {{name: {pod}}}, spec: {{serviceAccountName: {account}, schedulerName: nobody, containers: [{{name: main, image: 'x:1'}}]}}}}", "create", "-f", "-");
        string bound = (await cluster.Admin.RunAsync("create", "token", account, "--bound-object-kind=Pod", $"--bound-object-name={pod}")).Trim();
        string free = (await cluster.Admin.RunAsync("create", "token", account)).Trim();
        Assert.Equal(pod, (string?)(await WhoAmIAsync(bound))["extra"]!["authentication.kubernetes.io/pod-name"]![0]);
        (_, _, string other) = await cluster.Admin.TryAsync(null, "create", "token", "default", "--bound-object-kind=Pod", $"--bound-object-name={pod}");
        Assert.Contains("cannot bind token for serviceaccount \"default\" to pod running with different serviceaccount name", other, StringComparison.Ordinal);

        await cluster.Admin.RunAsync("delete", "pod", pod, "--grace-period=0", "--force");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(bound));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(free));
        await cluster.Admin.RunAsync("delete", "serviceaccount", account);
        await cluster.Admin.RunAsync("create", "serviceaccount", account);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(free));
    }

    [Fact]
    public async Task A_token_for_another_audience_is_reviewed_but_not_let_in()
    {
        string account = await AccountAsync();
        using Kubernetes client = cluster.Server.Client();
        Authenticationv1TokenRequest made = await client.CoreV1.CreateNamespacedServiceAccountTokenAsync(
            new Authenticationv1TokenRequest { Spec = new V1TokenRequestSpec { Audiences = ["vault"], ExpirationSeconds = 1200 } }, account, "default");
        Assert.Equal(1200, made.Spec.ExpirationSeconds);
        string token = made.Status.Token;
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token));

        V1TokenReview review = await client.AuthenticationV1.CreateTokenReviewAsync(new V1TokenReview { Spec = new V1TokenReviewSpec { Token = token, Audiences = ["vault", "other"] } });
        Assert.True(review.Status.Authenticated);
        Assert.Equal(["vault"], review.Status.Audiences);
        V1TokenReview refused = await client.AuthenticationV1.CreateTokenReviewAsync(new V1TokenReview { Spec = new V1TokenReviewSpec { Token = token } });
        Assert.NotEqual(true, refused.Status.Authenticated);
        Assert.Contains("invalid for the target audiences", refused.Status.Error, StringComparison.Ordinal);
        string[] parts = token.Split('.');
        V1TokenReview forged = await client.AuthenticationV1.CreateTokenReviewAsync(
            new V1TokenReview { Spec = new V1TokenReviewSpec { Token = $"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}", Audiences = ["vault"] } });
        Assert.Equal("invalid bearer token", forged.Status.Error);
    }

    [Fact]
    public async Task A_secret_of_the_token_type_is_filled_and_its_token_ends_with_it()
    {
        string account = await AccountAsync();
        string Secret(string name) => $"{{apiVersion: v1, kind: Secret, metadata: {{name: {name}, annotations: {{kubernetes.io/service-account.name: {account}}}}}, type: kubernetes.io/service-account-token}}";
        await cluster.Admin.FeedAsync(Secret($"t-{account}"), "create", "-f", "-");
        string encoded = await Eventually.GetAsync(
            async () => await cluster.Admin.RunAsync("get", "secret", $"t-{account}", "-o", "jsonpath={.data.token}") is { Length: > 0 } text ? text : null, "the token");
        string token = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
        Assert.Equal($"system:serviceaccount:default:{account}", (string?)(await WhoAmIAsync(token))["username"]);
        Assert.Contains("Token", await cluster.Admin.RunAsync("describe", "serviceaccount", account), StringComparison.Ordinal);
        await cluster.Admin.RunAsync("delete", "secret", $"t-{account}");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token));

        await cluster.Admin.FeedAsync(Secret($"u-{account}"), "create", "-f", "-");
        await cluster.Admin.RunAsync("delete", "serviceaccount", account);
        await cluster.Admin.RunAsync("wait", "--for=delete", $"secret/u-{account}", "--timeout=170s");
    }

    [Fact]
    public async Task Others_can_check_tokens_by_the_issuers_keys()
    {
        string token = (await cluster.Admin.RunAsync("create", "token", "default")).Trim();
        using HttpClient client = Client(token);
        JsonNode document = JsonNode.Parse(await client.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)))!;
        Assert.Equal(Issuer, (string?)document["issuer"]);
        JsonNode keys = JsonNode.Parse(await client.GetStringAsync(new Uri((string)document["jwks_uri"]!)))!;
        JsonNode header = JsonNode.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode(token.Split('.')[0]))!;
        Assert.Equal((string?)header["kid"], (string?)keys["keys"]![0]!["kid"]);
        Assert.Contains("BEGIN CERTIFICATE", await cluster.Admin.RunAsync("get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data['ca\\.crt']}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_gets_tokens_for_its_own_pods_alone()
    {
        string account = await AccountAsync();
        foreach ((string pod, string node) in ((string, string)[])[($"mine-{account}", "n1"), ($"theirs-{account}", "n2")])
        {
            await cluster.Admin.FeedAsync(
                $"{{apiVersion: v1, kind: Pod, metadata: {{name: {pod}}}, spec: {{nodeName: {node}, serviceAccountName: {account}, containers: [{{name: main, image: 'x:1'}}]}}}}", "create", "-f", "-");
        }

        string mine = await cluster.Admin.RunAsync("get", "pod", $"mine-{account}", "-o", "jsonpath={.metadata.uid}");
        string theirs = await cluster.Admin.RunAsync("get", "pod", $"theirs-{account}", "-o", "jsonpath={.metadata.uid}");
        await RequestAsNodeAsync(account, $"{{kind: Pod, apiVersion: v1, name: mine-{account}, uid: {mine}}}");
        Assert.Contains("scheduled on a different node", await RefusalAsNodeAsync(account, $"{{kind: Pod, apiVersion: v1, name: theirs-{account}, uid: {theirs}}}"), StringComparison.Ordinal);
        Assert.Contains("without a uid", await RefusalAsNodeAsync(account, $"{{kind: Pod, apiVersion: v1, name: mine-{account}}}"), StringComparison.Ordinal);
        Assert.Contains("not bound to a pod", await RefusalAsNodeAsync(account, "null"), StringComparison.Ordinal);
        Assert.Contains("no relationship found between node 'n1'", await RefusalAsNodeAsync(await AccountAsync(), "null"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bootstrap_token_is_a_ticket_until_it_expires()
    {
        await cluster.Admin.FeedAsync(
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: bootstrap-token-abc123, namespace: kube-system}
            type: bootstrap.kubernetes.io/token
            stringData: {token-id: abc123, token-secret: 0123456789abcdef, usage-bootstrap-authentication: 'true', auth-extra-groups: 'system:bootstrappers:lab', expiration: '2099-01-01T00:00:00Z'}
            """, "create", "-f", "-");
        JsonNode user = await WhoAmIAsync("abc123.0123456789abcdef");
        Assert.Equal("system:bootstrap:abc123", (string?)user["username"]);
        Assert.Equal(["system:bootstrappers", "system:bootstrappers:lab", "system:authenticated"], user["groups"]!.AsArray().Select(g => (string?)g));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("abc123.0123456789abcdee"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("abc124.0123456789abcdef"));
        await cluster.Admin.RunAsync("patch", "secret", "bootstrap-token-abc123", "-n", "kube-system", "-p", """{"stringData":{"expiration":"2020-01-01T00:00:00Z"}}""");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("abc123.0123456789abcdef"));
    }

    private async Task<string> AccountAsync()
    {
        string name = $"robot-{Interlocked.Increment(ref s_last)}";
        await cluster.Admin.RunAsync("create", "serviceaccount", name);
        return name;
    }

    private HttpClient Client(string token)
    {
        HttpClient client = cluster.Server.Http(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using HttpClient client = Client(token);
        return (await client.GetAsync(new Uri("/version", UriKind.Relative))).StatusCode;
    }

    private async Task<JsonNode> WhoAmIAsync(string token)
    {
        using HttpClient client = Client(token);
        using HttpResponseMessage response = await client.PostAsync(
            new Uri("/apis/authentication.k8s.io/v1/selfsubjectreviews", UriKind.Relative), new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["status"]!["userInfo"]!;
    }

    private Task<string> RequestAsNodeAsync(string account, string reference) => cluster.Node.FeedAsync(
        TokenRequest(reference), "create", "--raw", $"/api/v1/namespaces/default/serviceaccounts/{account}/token", "-f", "-");

    private async Task<string> RefusalAsNodeAsync(string account, string reference)
    {
        (int exitCode, _, string errors) = await cluster.Node.TryAsync(
            TokenRequest(reference), "create", "--raw", $"/api/v1/namespaces/default/serviceaccounts/{account}/token", "-f", "-");
        Assert.NotEqual(0, exitCode);
        return errors;
    }

    private static string TokenRequest(string reference) =>
        KubernetesJson.Serialize(KubernetesYaml.Deserialize<object>($"{{apiVersion: authentication.k8s.io/v1, kind: TokenRequest, spec: {{boundObjectRef: {reference}}}}}"));
}

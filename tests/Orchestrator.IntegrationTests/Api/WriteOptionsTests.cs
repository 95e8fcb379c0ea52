using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>What clients see of the options and media types of writes, in Kubernetes' words, and of managed fields beyond what kubectl shows.</summary>
public sealed class WriteOptionsTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Map = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""";
    private const string Unknown = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"},"extra":1,"data":{"k":"w"}}""";
    private const string Apply = "application/apply-patch+yaml";
    private const string Merge = "application/merge-patch+json";

    [Theory]
    [InlineData("", Unknown, 201, "", "unknown field \\\"extra\\\"")]
    [InlineData("?fieldValidation=Warn", Unknown, 201, "", "duplicate field \\\"data\\\"")]
    [InlineData("?fieldValidation=Ignore", Unknown, 201, "", null)]
    [InlineData("?fieldValidation=Strict", Unknown, 400, "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"extra\", duplicate field \"data\"", null)]
    [InlineData("?fieldValidation=Never", Map, 422, "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Never\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"", null)]
    [InlineData("?dryRun=Some", Map, 422, "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"", null)]
    [InlineData("?fieldManager=a%00", Map, 422, "CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\0\": invalid character U+0000 (at position 1)", null)]
    public async Task Creation_checks_fields_and_options(string query, string body, int code, string message, string? warning)
    {
        var (path, http) = await ResourceAsync();
        var answer = await SendAsync(http, HttpMethod.Post, path + query, "application/json", body);

        Assert.Equal(code, (int)answer.Status);
        if (message.Length > 0)
        {
            Assert.Equal(message, (string?)answer.Body["message"]);
        }

        if (code == 201)
        {
            Assert.Null(answer.Body["extra"]);
            Assert.Equal(warning is null, answer.Warnings.Length == 0);
            Assert.Contains(warning ?? "", answer.Warnings);
        }
    }

    [Theory]
    [InlineData("application/json", "", Map, 415, "the body of the request was in an unknown format (application/json) - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml")]
    [InlineData("application/apply-patch+cbor", "?fieldManager=m", Map, 415, "application/apply-patch+yaml")]
    [InlineData(Apply, "", Map, 422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch")]
    [InlineData(Merge, "?force=true", "{}", 422, "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch")]
    [InlineData(Merge, "?fieldValidation=Strict", """{"extra":1}""", 422, "strict decoding error: unknown field \"extra\"")]
    [InlineData("application/strategic-merge-patch+json", "?fieldValidation=Strict", """{"extra":1}""", 422, "strict decoding error: unknown field \"extra\"")]
    [InlineData("application/json-patch+json", "?fieldValidation=Strict", """[{"op":"add","path":"/extra","value":1}]""", 422, "strict decoding error: unknown field \"extra\"")]
    [InlineData(Apply, "?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","extra":1}""", 400, "/v1, Kind=ConfigMap): .extra: field not declared in schema")]
    [InlineData(Apply, "?fieldManager=m", """{"apiVersion":"v2","kind":"ConfigMap"}""", 400, "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1")]
    [InlineData(Apply, "?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"managedFields":[]}}""", 400, "metadata.managedFields must be nil")]
    [InlineData(Apply, "?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}""", 400, "does not match the name on the URL (a)")]
    [InlineData(Apply, "?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"1"}}""", 409, "the object has been modified")]
    [InlineData(Apply, "?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"uid":"1"}}""", 409, "Precondition failed: UID in precondition: 1")]
    public async Task Patches_check_types_options_and_what_comes_of_them(string mediaType, string query, string body, int code, string message)
    {
        var (path, http) = await ResourceAsync();
        await SendAsync(http, HttpMethod.Post, path, "application/json", Map);

        var answer = await SendAsync(http, HttpMethod.Patch, $"{path}/a{query}", mediaType, body);

        Assert.Equal(code, (int)answer.Status);
        Assert.Contains(message, (string?)answer.Body["message"]);
    }

    [Fact]
    public async Task An_apply_without_effect_and_a_dry_run_store_nothing_and_creation_answers_201()
    {
        var (path, http) = await ResourceAsync();

        var shown = await SendAsync(http, HttpMethod.Patch, $"{path}/a?fieldManager=m&dryRun=All", Apply, Map);
        var missing = await SendAsync(http, HttpMethod.Get, $"{path}/a", null, null);
        var created = await SendAsync(http, HttpMethod.Patch, $"{path}/a?fieldManager=m", Apply, Map);
        var again = await SendAsync(http, HttpMethod.Patch, $"{path}/a?fieldManager=m", Apply, Map);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.NotFound, HttpStatusCode.Created, HttpStatusCode.OK), (shown.Status, missing.Status, created.Status, again.Status));
        Assert.True(JsonNode.DeepEquals(created.Body, again.Body));
        Assert.Equal("m", (string?)created.Body["metadata"]!["managedFields"]![0]!["manager"]);
    }

    [Fact]
    public async Task Every_write_is_owned_by_the_manager_it_names_or_by_its_user_agent_and_ownership_can_be_given_up()
    {
        var (path, http) = await ResourceAsync();
        http.DefaultRequestHeaders.UserAgent.ParseAdd("tool/1.0 (linux)");

        var created = await SendAsync(http, HttpMethod.Post, path, "application/json", Map);
        var patched = await SendAsync(http, HttpMethod.Patch, $"{path}/a?fieldManager=editor", Merge, """{"data":{"k":"w"}}""");
        var reset = await SendAsync(http, HttpMethod.Patch, $"{path}/a", Merge, """{"metadata":{"managedFields":[{}]}}""");
        var applied = await SendAsync(http, HttpMethod.Patch, $"{path}/a?fieldManager=m", Apply, """{"apiVersion":"v1","kind":"ConfigMap","data":{"k":"x"}}""");

        Assert.Equal("""{"f:data":{".":{},"f:k":{}}}""", Owner(created.Body, "tool")!["fieldsV1"]!.ToJsonString());
        Assert.Equal("""{"f:data":{"f:k":{}}}""", Owner(patched.Body, "editor")!["fieldsV1"]!.ToJsonString());
        Assert.Equal("""{"f:data":{}}""", Owner(patched.Body, "tool")!["fieldsV1"]!.ToJsonString());
        Assert.Null(reset.Body["metadata"]!["managedFields"]);
        Assert.Equal(HttpStatusCode.Conflict, applied.Status);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.k", (string?)applied.Body["message"]);
        var cause = applied.Body["details"]!["causes"]![0]!;
        Assert.Equal(("FieldManagerConflict", ".data.k"), ((string?)cause["reason"], (string?)cause["field"]));
    }

    private static JsonNode? Owner(JsonObject obj, string manager) =>
        ((JsonArray)obj["metadata"]!["managedFields"]!).FirstOrDefault(e => (string?)e!["manager"] == manager);

    private async Task<(string Path, HttpClient Http)> ResourceAsync() =>
        ($"/api/v1/namespaces/{await fixture.NamespaceAsync()}/configmaps", fixture.Server.Http());

    private static async Task<(HttpStatusCode Status, JsonObject Body, string Warnings)> SendAsync(
        HttpClient http, HttpMethod method, string path, string? mediaType, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { { "Content-Type", mediaType } } };
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return (response.StatusCode, answer, response.Headers.TryGetValues("Warning", out var warnings) ? string.Join('\n', warnings) : "");
    }
}

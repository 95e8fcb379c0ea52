using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>Asks webhooks about connections (exec, attach, port-forward, proxies): operation CONNECT, and the options of the query as the object.</summary>
internal sealed class ConnectionAdmission(AdmissionWebhooks webhooks)
{
    private static readonly string[] Flags = ["stdin", "stdout", "stderr", "tty"];

    /// <summary>The call with the options that webhooks have left it, or their refusal.</summary>
    public async ValueTask<Outcome<ApiCall>> AdmitAsync(ApiCall call, ISubresource subresource)
    {
        JsonObject? options = null, asked = null;
        StatusError? refusal = await webhooks.AdmitAsync(() =>
        {
            options = Options(call, subresource.Kind);
            asked = (JsonObject)options.DeepClone();
            return new WebhookSubject
            {
                Call = call,
                Operation = "CONNECT",
                Kind = call.Kind,
                Type = ("v1", subresource.Kind),
                Namespace = call.Request.Namespace,
                Name = call.Request.Name,
                Object = options,
                Old = null,
                DryRun = false,
            };
        });
        return refusal is not null ? refusal
            : options is null || JsonNode.DeepEquals(options, asked) ? call
            : subresource.Kind.EndsWith("ProxyOptions", StringComparison.Ordinal)
                ? StatusErrors.InternalError("an admission webhook attempted to modify the path of a proxied request, which is not supported")
            : call.With(call.Request with { Query = Query(options) });
    }

    private static JsonObject Options(ApiCall call, string kind)
    {
        var options = new JsonObject { ["kind"] = kind, ["apiVersion"] = "v1" };
        if (kind.EndsWith("ProxyOptions", StringComparison.Ordinal))
        {
            options["path"] = call.Request.SubresourcePath;
            return options;
        }

        if (kind == "PodPortForwardOptions")
        {
            options["ports"] = new JsonArray([.. Values(call, "ports").SelectMany(p => p.Split(',')).Select(Port).OfType<JsonNode>()]);
            return options;
        }

        foreach (string flag in Flags.Where(call.Request.QueryFlag))
        {
            options[flag] = true;
        }

        if (call.Request.QueryValue("container") is { Length: > 0 } container)
        {
            options["container"] = container;
        }

        if (kind == "PodExecOptions")
        {
            options["command"] = new JsonArray([.. Values(call, "command").Select(c => (JsonNode)c)]);
        }

        return options;
    }

    private static QueryCollection Query(JsonObject options)
    {
        var query = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        foreach (string flag in Flags.Where(f => options.Flag(f) == true))
        {
            query[flag] = "true";
        }

        if (options.Text("container") is { Length: > 0 } container)
        {
            query["container"] = container;
        }

        if (options.Array("command") is not null)
        {
            query["command"] = new StringValues([.. options.Texts("command")]);
        }

        if (options.Array("ports") is { } ports)
        {
            query["ports"] = new StringValues([.. ports.Select(p => p.AsScalarText())]);
        }

        return new QueryCollection(query);
    }

    private static IEnumerable<string> Values(ApiCall call, string name) =>
        call.Request.Query.TryGetValue(name, out StringValues values) ? values.OfType<string>() : [];

    private static JsonValue? Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? JsonValue.Create(port) : null;
}

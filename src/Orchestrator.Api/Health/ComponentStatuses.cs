using System.Text.Json.Nodes;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Tables;
using Orchestrator.Api.Verbs;

namespace Orchestrator.Api.Health;

/// <summary>The server's health checks as core/v1 ComponentStatuses (<c>kubectl get componentstatuses</c>), which Kubernetes has deprecated and old tools still ask for.</summary>
internal sealed class ComponentStatuses(IEnumerable<IHealthCheck> checks, ObjectResponse response, TableRows tables, LargeBodies bodies) : IComputedResource
{
    private readonly IHealthCheck[] _checks = [.. checks.OrderBy(c => c.Name, StringComparer.Ordinal)];

    public string Resource => "componentstatuses";

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        call.Warn("v1 ComponentStatus is deprecated in v1.19+");
        if (call.Request.Name.Length > 0)
        {
            return Array.Find(_checks, c => c.Name == call.Request.Name) is { } check
                ? await response.WriteAsync(call, 200, JsonBuffer.Serialize(await StatusAsync(check, call.Cancel)))
                : StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        var statuses = new List<JsonObject>();
        foreach (IHealthCheck check in _checks)
        {
            statuses.Add(await StatusAsync(check, call.Cancel));
        }

        ResponseWarnings.Write(call);
        switch (ResponseShape.Of(call.Http.Request))
        {
            case ResponseForm.Table:
                await bodies.WriteAsync(call, 200, tables.Table(call, [.. statuses.Select(s => (ReadOnlyMemory<byte>)JsonBuffer.Serialize(s))], new ListMetadata("", null, null)));
                return null;
            case ResponseForm.Object:
                var list = new JsonObject
                {
                    ["kind"] = call.Kind.ListKind,
                    ["apiVersion"] = call.Kind.ApiVersion,
                    ["metadata"] = new JsonObject(),
                    ["items"] = new JsonArray([.. statuses]),
                };
                await bodies.WriteAsync(call, 200, JsonBuffer.Serialize(list));
                return null;
            default:
                return StatusErrors.NotAcceptable(JsonResponse.ContentType);
        }
    }

    private static async ValueTask<JsonObject> StatusAsync(IHealthCheck check, CancellationToken cancel)
    {
        string? fault = await check.CheckAsync(cancel);
        var condition = new JsonObject { ["type"] = "Healthy", ["status"] = fault is null ? "True" : "False", ["message"] = fault ?? "ok" };
        if (fault is not null)
        {
            condition["error"] = fault;
        }

        return new JsonObject
        {
            ["kind"] = "ComponentStatus",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["name"] = check.Name, ["creationTimestamp"] = null },
            ["conditions"] = new JsonArray(condition),
        };
    }
}

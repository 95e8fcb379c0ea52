using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Subresources.VirtualMachines;

/// <summary>What clients say with start, stop, restart, pause and the like: KubeVirt's StartOptions, StopOptions, RestartOptions and others, all of whose members are optional.</summary>
/// <param name="IsDryRun">Changes nothing.</param>
/// <param name="IsPaused">Of a start: with the processors stopped.</param>
/// <param name="GraceSeconds">Of a stop or restart; null for what the machine says.</param>
internal sealed record PowerOptions(bool IsDryRun, bool IsPaused, long? GraceSeconds)
{
    private const int MaxBodyBytes = 64 * 1024;

    public static async ValueTask<Outcome<PowerOptions>> ReadAsync(ApiCall call)
    {
        Outcome<RequestBody> read = await RequestBody.ReadAsync(call.Http, MaxBodyBytes);
        if (read.Failed)
        {
            return read.Error;
        }

        using RequestBody body = read.Value;
        JsonObject? options = null;
        if (!body.Bytes.IsEmpty)
        {
            try
            {
                options = Parse(body.Bytes);
            }
            catch (JsonException)
            {
                return StatusErrors.BadRequest("Can not unmarshal Request body to struct, error: it is not a JSON object");
            }
        }

        bool dryRun = options.Texts("dryRun").Contains("All") || call.Request.QueryValue("dryRun") == "All";
        return new PowerOptions(dryRun, options.Flag("paused") == true, options.Integer("gracePeriod") ?? options.Integer("gracePeriodSeconds"));
    }

    private static JsonObject Parse(System.Buffers.ReadOnlySequence<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        return JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException();
    }
}

using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Decoding;

/// <summary>The whole body of a request, in the buffers it arrived in until disposed.</summary>
internal sealed class RequestBody(PipeReader reader, ReadOnlySequence<byte> bytes) : IDisposable
{
    public ReadOnlySequence<byte> Bytes { get; } = bytes;

    public static async ValueTask<Outcome<RequestBody>> ReadAsync(HttpContext context, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes)
        {
            return StatusErrors.TooLarge(maxBytes);
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > maxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return StatusErrors.TooLarge(maxBytes);
            }

            if (read.IsCompleted)
            {
                AuditRecord.TakeRequest(context, read.Buffer);
                return new RequestBody(reader, read.Buffer);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public void Dispose() => reader.AdvanceTo(Bytes.End);
}

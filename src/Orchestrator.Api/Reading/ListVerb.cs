using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Flow;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Tables;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Reading;

/// <summary>list: the objects' stored bytes one after another, or a table.</summary>
internal sealed class ListVerb(ListPages pages, ListSizes sizes, ServedObjects served, TableRows tables, LargeBodies bodies)
{
    // Four of TLS' largest records: what is handed over in smaller pieces is encrypted in smaller ones, each with its own way through the connection.
    private const int ChunkBytes = 64 * 1024;

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (ResponseShape.Of(call.Http.Request) is null)
        {
            return StatusErrors.NotAcceptable(JsonResponse.ContentType);
        }

        var selection = Selection.Read(call);
        if (selection.Failed)
        {
            return selection.Error;
        }

        var page = await pages.ReadAsync(call, selection.Value);
        if (page.Failed)
        {
            return page.Error;
        }

        sizes.Note(call.Kind.StorageName, call.Request.Namespace, page.Value.Items.Count);
        return await AnswerAsync(call, page.Value);
    }

    /// <summary>Answers with a page in the form that the client asked for.</summary>
    public async ValueTask<StatusError?> AnswerAsync(ApiCall call, ListPage page)
    {
        switch (ResponseShape.Of(call.Http.Request))
        {
            case null:
                return StatusErrors.NotAcceptable(JsonResponse.ContentType);
            case ResponseForm.Table:
                ResponseWarnings.Write(call);
                await bodies.WriteAsync(call, 200, tables.Table(call, served.Of(call.Kind, page.Items), page.Metadata));
                return null;
            case ResponseForm.PartialMetadata:
                ResponseWarnings.Write(call);
                await WriteAsync(call, "PartialObjectMetadataList", "meta.k8s.io/v1", page.Metadata, [.. page.Items.Select(o => (ReadOnlyMemory<byte>)PartialMetadata.OfObject(o.Json))]);
                return null;
            default:
                ResponseWarnings.Write(call);
                await WriteAsync(call, call.Kind, page);
                return null;
        }
    }

    /// <summary>Writes a list of the kind.</summary>
    public ValueTask WriteAsync(ApiCall call, ResourceKind kind, ListPage page) =>
        WriteAsync(call, kind.ListKind, kind.ApiVersion, page.Metadata, served.Of(kind, page.Items));

    private async ValueTask WriteAsync(ApiCall call, string kind, string apiVersion, ListMetadata metadata, ReadOnlyMemory<byte>[] items)
    {
        var head = Head(kind, apiVersion, metadata);
        var length = head.Length + 2L + Math.Max(0, items.Length - 1) + items.Sum(i => (long)i.Length);
        var response = call.Http.Response;
        if (call.Request.QueryFlag("pretty"))
        {
            var whole = new ArrayBufferWriter<byte>();
            foreach (var piece in Pieces(head, items))
            {
                whole.Write(piece.Span);
            }

            await bodies.WriteAsync(call, 200, whole.WrittenMemory);
            return;
        }

        response.StatusCode = 200;
        response.ContentType = JsonResponse.ContentType;
        if (bodies.Compresses(call, length))
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Vary = "Accept-Encoding";
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            foreach (var piece in Pieces(head, items))
            {
                await gzip.WriteAsync(piece, call.Cancel);
            }

            return;
        }

        response.ContentLength = length;
        if (!HttpMethods.IsHead(call.Http.Request.Method))
        {
            await WritePiecesAsync(response.BodyWriter, Pieces(head, items), call.Cancel);
        }
    }

    /// <summary>Chunk by chunk, each flushed when it is full: a long list never stands in memory a second time.</summary>
    private static async ValueTask WritePiecesAsync(PipeWriter writer, IEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancel)
    {
        var chunk = writer.GetMemory(ChunkBytes);
        var filled = 0;
        foreach (var piece in pieces)
        {
            for (var rest = piece; !rest.IsEmpty;)
            {
                if (filled == chunk.Length)
                {
                    writer.Advance(filled);
                    await writer.FlushAsync(cancel);
                    chunk = writer.GetMemory(ChunkBytes);
                    filled = 0;
                }

                var count = Math.Min(rest.Length, chunk.Length - filled);
                rest[..count].CopyTo(chunk[filled..]);
                filled += count;
                rest = rest[count..];
            }
        }

        writer.Advance(filled);
        await writer.FlushAsync(cancel);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] head, ReadOnlyMemory<byte>[] items)
    {
        var comma = ","u8.ToArray();
        yield return head;
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0)
            {
                yield return comma;
            }

            yield return items[i];
        }

        yield return "]}"u8.ToArray();
    }

    /// <summary>Everything up to and including the bracket that opens the items.</summary>
    private static byte[] Head(string kind, string apiVersion, ListMetadata metadata)
    {
        using var buffer = JsonBuffer.Rent();
        var json = buffer.Writer;
        json.WriteStartObject();
        json.WriteString("kind", kind);
        json.WriteString("apiVersion", apiVersion);
        json.WritePropertyName("metadata");
        metadata.Write(json);
        json.WritePropertyName("items");
        json.WriteStartArray();
        return buffer.Written.ToArray();
    }
}

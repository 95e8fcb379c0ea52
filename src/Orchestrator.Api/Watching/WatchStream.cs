using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Tables;
using Orchestrator.Store;

namespace Orchestrator.Api.Watching;

/// <summary>Writes watch events, one JSON object per line. Nothing leaves before <see cref="FlushAsync"/>: a batch of events is one write.</summary>
internal sealed class WatchStream(ApiCall call, ResponseForm form, TableRows tables, TimeSpan writeTimeout, TimeProvider clock)
{
    private readonly PipeWriter _writer = call.Http.Response.BodyWriter;
    private bool _tableBegun;

    public void Write(WatchEventType type, StoredObject obj)
    {
        var head = type switch
        {
            WatchEventType.Added => "{\"type\":\"ADDED\",\"object\":"u8,
            WatchEventType.Modified => "{\"type\":\"MODIFIED\",\"object\":"u8,
            _ => "{\"type\":\"DELETED\",\"object\":"u8,
        };
        Write(head, InForm(ServedVersion.Of(call.Kind, obj.Json)));
    }

    /// <summary>Tells how far the watch has come, so that it can be resumed from there.</summary>
    public void WriteBookmark(long revision, bool endsInitialEvents)
    {
        var annotations = endsInitialEvents ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
        var bookmark = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"kind":"{{{call.Kind.Kind}}}","apiVersion":"{{{call.Kind.ApiVersion}}}","metadata":{"resourceVersion":"{{{revision}}}","creationTimestamp":null{{{annotations}}}}}""");
        Write("{\"type\":\"BOOKMARK\",\"object\":"u8, InForm(Encoding.UTF8.GetBytes(bookmark)));
    }

    public void WriteError(StatusError error)
    {
        using var buffer = JsonBuffer.Rent();
        StatusWriter.Write(buffer.Writer, error);
        Write("{\"type\":\"ERROR\",\"object\":"u8, buffer.Written);
    }

    /// <summary>Sends what has been written.</summary>
    /// <exception cref="TimeoutException">The client does not read.</exception>
    public ValueTask FlushAsync(CancellationToken cancel)
    {
        var flush = _writer.FlushAsync(cancel);
        if (!flush.IsCompletedSuccessfully)
        {
            return new(flush.AsTask().WaitAsync(writeTimeout, clock, cancel));
        }

        // Taken, as a value task must be; whether the client is still there says the token.
        _ = flush.Result;
        return ValueTask.CompletedTask;
    }

    private void Write(ReadOnlySpan<byte> head, ReadOnlyMemory<byte> obj)
    {
        _writer.Write(head);
        _writer.Write(obj.Span);
        _writer.Write("}\n"u8);
    }

    private ReadOnlyMemory<byte> InForm(ReadOnlyMemory<byte> json)
    {
        switch (form)
        {
            case ResponseForm.Table:
                var withHeader = !_tableBegun;
                _tableBegun = true;
                return tables.Table(call, [json], null, withHeader);
            case ResponseForm.PartialMetadata:
                return PartialMetadata.OfObject(json);
            default:
                return json;
        }
    }
}

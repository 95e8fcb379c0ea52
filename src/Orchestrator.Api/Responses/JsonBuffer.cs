using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Responses;

/// <summary>A reusable UTF-8 JSON writer and its buffer, one per thread and use; returned on dispose.</summary>
internal sealed class JsonBuffer : IDisposable
{
    private const int KeptCapacityBytes = 256 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static JsonBuffer? t_cached;

    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    private JsonBuffer() => Writer = new Utf8JsonWriter(_bytes, Options);

    public Utf8JsonWriter Writer { get; }

    public ReadOnlyMemory<byte> Written
    {
        get
        {
            Writer.Flush();
            return _bytes.WrittenMemory;
        }
    }

    public static JsonBuffer Rent()
    {
        var buffer = t_cached ?? new JsonBuffer();
        t_cached = null;
        return buffer;
    }

    /// <summary>The node as UTF-8 in an array of its own.</summary>
    public static byte[] Serialize(JsonNode node)
    {
        using var buffer = Rent();
        node.WriteTo(buffer.Writer);
        return buffer.Written.ToArray();
    }

    public void Dispose()
    {
        if (_bytes.Capacity > KeptCapacityBytes)
        {
            Writer.Dispose();
            return;
        }

        _bytes.ResetWrittenCount();
        Writer.Reset();
        t_cached = this;
    }
}

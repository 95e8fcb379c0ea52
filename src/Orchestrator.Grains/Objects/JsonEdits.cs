using System.Buffers;

namespace Orchestrator.Grains.Objects;

/// <summary>A few replacements of byte ranges in a JSON text, applied at once. Ranges must not overlap.</summary>
internal sealed class JsonEdits
{
    private readonly List<(Span At, byte[] Text)> _edits = [];

    public bool IsEmpty => _edits.Count == 0;

    public void Replace(Span at, byte[] text) => _edits.Add((at, text));

    /// <summary>Inserts <c>"name":value</c> as the object's first member.</summary>
    public void InsertMember(ReadOnlySpan<byte> json, Span obj, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        InsertFirst(json, obj, [(byte)'"', .. name, (byte)'"', (byte)':', .. value]);

    /// <summary>Inserts the text as the first thing in an object or array.</summary>
    public void InsertFirst(ReadOnlySpan<byte> json, Span container, byte[] text)
    {
        byte[] inserted = JsonMembers.IsEmpty(json, container) ? text : [.. text, (byte)','];
        _edits.Add((new Span(container.Start + 1, 0), inserted));
    }

    public byte[] Apply(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 512);
        int done = 0;
        foreach ((Span at, byte[] text) in _edits.OrderBy(e => e.At.Start))
        {
            output.Write(json[done..at.Start]);
            output.Write(text);
            done = at.End;
        }

        output.Write(json[done..]);
        return output.WrittenSpan.ToArray();
    }
}

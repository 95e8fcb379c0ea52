namespace Orchestrator.Model.Cel.Values;

/// <summary>A value of type bytes.</summary>
internal sealed class CelBytes(byte[] content)
{
    public ReadOnlySpan<byte> Content => content;

    public int Length => content.Length;
}

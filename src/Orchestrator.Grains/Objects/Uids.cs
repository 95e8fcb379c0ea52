namespace Orchestrator.Grains.Objects;

/// <summary>Unique ids of new objects (random UUIDs), from an injected source so that simulations repeat.</summary>
internal static class Uids
{
    public static string New(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}

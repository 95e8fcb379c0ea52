using System.Text;

namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>Mutations of bytes: flips, cuts, repetitions, splices, and tokens that parsers look for.</summary>
internal static class ByteMutation
{
    private const int MaxLength = 16 * 1024;
    private const int MaxRepetitions = 64;

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ":", ",", "null", "true", "-1", "0", "1e999", "9223372036854775808", "1E-2000000000", "\\u0000", "\\ud800", "\n", "\t", "  ", "- ", "? ",
            "&a ", "*a ", "<<: *a", "!!str ", "!!binary ", "|", ">", "#", "---\n", "...\n", "%YAML 1.2\n", "'", "~", "$patch", "$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/",
            "f:", "k:{\"name\":\"a\"}", "v:1", "i:0", ".", "~1", "~0", "/-", "/0", "..", "=", "!=", " in (", " notin (", ")", "!", "Ki", "m", "e3", "E", "+", "k8s\0", "é", "\ud83d\ude00",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x00],
    ];

    public static byte[] Mutate(Random random, byte[] seed, byte[] other)
    {
        var bytes = seed.ToList();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            Once(random, bytes, other);
        }

        return bytes.Count > MaxLength ? [.. bytes.Take(MaxLength)] : [.. bytes];
    }

    private static void Once(Random random, List<byte> bytes, byte[] other)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 24), bytes.Count - at);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                var repeated = bytes.GetRange(at, length);
                for (var i = random.Next(1, MaxRepetitions); i > 0 && bytes.Count < MaxLength; i--)
                {
                    bytes.InsertRange(at, repeated);
                }

                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.Skip(random.Next(other.Length + 1)));
                break;
            default:
                bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                break;
        }
    }
}

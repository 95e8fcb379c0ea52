using CsCheck;
using Orchestrator.Agent.Streams.Spdy;

namespace Orchestrator.UnitTests.Streams;

/// <summary>Header blocks against bytes that zlib itself made, against each other, and against what no peer should send.</summary>
public sealed class SpdyHeaderTests
{
    /// <summary>By zlib (Python: <c>compressobj(1, DEFLATED, 15, 8, 0, dictionary)</c>): streamtype = error, stdin, stdout, a sync flush after each.</summary>
    private static readonly string[] ByZlib =
        ["783fe3c6a7c202a62346703a2b294a4dcc851625aca9a08006000000ffff", "c22e555c02cc2e00000000ffff", "c22a054ce729f9a52500000000ffff"];

    [Fact]
    public void The_dictionary_is_that_of_the_specification() => Assert.Equal((1423, 0xe3c6a7c2), (SpdyDictionary.Bytes.Length, Adler32(SpdyDictionary.Bytes)));

    [Fact]
    public void Blocks_of_zlib_are_read_in_order()
    {
        var reader = new SpdyHeaderReader(SpdyLimits.Default);
        Assert.Equal(["error", "stdin", "stdout"], ByZlib.Select(block => reader.Decompress(Convert.FromHexString(block))["streamType"]));
    }

    [Fact]
    public void A_block_is_stored_and_ends_with_an_empty_one()
    {
        var writer = new SpdyHeaderWriter();
        var plain = "00000001" + "0000000a" + Convert.ToHexStringLower("streamtype"u8) + "00000005" + Convert.ToHexStringLower("error"u8);
        const string length = "1b00" + "e4ff";
        const string empty = "00" + "0000" + "ffff";
        Assert.Equal(
            "783fe3c6a7c2" + "00" + length + plain + empty,
            Convert.ToHexStringLower(writer.Write(new Dictionary<string, string>(StringComparer.Ordinal) { ["streamType"] = "error" })));
        Assert.Equal("00" + "0400" + "fbff" + "00000000" + empty, Convert.ToHexStringLower(writer.Write(new Dictionary<string, string>(StringComparer.Ordinal))));
    }

    [Fact]
    public void What_is_written_is_read() => Gen.Dictionary(Gen.String[Gen.Char['a', 'z'], 1, 20], Gen.String)[0, 20].Array[1, 10].Sample(blocks =>
    {
        var writer = new SpdyHeaderWriter();
        var reader = new SpdyHeaderReader(SpdyLimits.Default);
        return blocks.All(headers =>
        {
            var valid = headers.ToDictionary(h => h.Key, h => Roundtrip(h.Value), StringComparer.Ordinal);
            var read = reader.Decompress(writer.Write(valid));
            return read.Count == valid.Count && valid.All(h => read[h.Key] == h.Value);
        });
    });

    [Fact]
    public void A_block_that_grows_beyond_the_limit_is_refused()
    {
        var reader = new SpdyHeaderReader(SpdyLimits.Default with { MaxHeaderBlockBytes = 1024 });
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = new('x', 2000) };
        Assert.Throws<SpdyException>(() => reader.Decompress(new SpdyHeaderWriter().Write(headers)));
    }

    [Fact]
    public void Damaged_blocks_fail_as_such() => Gen.Select(Gen.Int[0, 29], Gen.Byte, Gen.Int[0, 30]).Sample((at, value, length) =>
    {
        var block = Convert.FromHexString(ByZlib[0]);
        block[Math.Min(at, block.Length - 1)] = value;
        try
        {
            new SpdyHeaderReader(SpdyLimits.Default).Decompress(block[..Math.Min(length, block.Length)]);
        }
        catch (SpdyException)
        {
            // The only way in which it may fail.
        }
    });

    // Lone surrogates do not survive UTF-8.
    private static string Roundtrip(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private static uint Adler32(byte[] bytes)
    {
        const uint modulus = 65521;
        uint a = 1, b = 0;
        foreach (var value in bytes)
        {
            a = (a + value) % modulus;
            b = (b + a) % modulus;
        }

        return (b << 16) | a;
    }
}

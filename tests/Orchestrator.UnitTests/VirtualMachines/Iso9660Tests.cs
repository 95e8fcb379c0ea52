using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Orchestrator.Agent.Runtimes.Qemu.Instances;

namespace Orchestrator.UnitTests.VirtualMachines;

public sealed class Iso9660Tests
{
    private const int Sector = 2048;
    private static readonly Gen<string> Names = Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz-._ABC0123456789"], 1, 64];

    [Fact]
    public void What_is_written_is_read_again() => Gen.Select(Names, Gen.Byte.Array[0, 5000]).List[0, 60].Sample(
        pairs =>
        {
            var files = pairs.DistinctBy(p => p.Item1).Select(p => KeyValuePair.Create(p.Item1, p.Item2)).ToList();
            byte[] image = Iso9660.Write("cidata", files);
            Assert.Equal(files.OrderBy(f => f.Key, StringComparer.Ordinal), ReadJoliet(image), (a, b) => a.Key == b.Key && a.Value.AsSpan().SequenceEqual(b.Value));
        },
        iter: 100);

    [Fact]
    public void It_has_the_label_by_which_it_is_found()
    {
        byte[] image = Iso9660.Write("cidata", []);
        Assert.Equal("cidata", Encoding.ASCII.GetString(image, (16 * Sector) + 40, 32).TrimEnd());
        Assert.Equal("cidata", Encoding.BigEndianUnicode.GetString(image, (17 * Sector) + 40, 32).TrimEnd());
        Assert.Equal(image.Length / Sector, BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan((16 * Sector) + 80)));
    }

    [Fact]
    public void Names_that_do_not_fit_are_refused() =>
        Assert.Throws<ArgumentException>(() => Iso9660.Write("x", [new("a/b", [])]));

    /// <summary>As an operating system reads it: the supplementary descriptor's root directory.</summary>
    private static List<KeyValuePair<string, byte[]>> ReadJoliet(byte[] image)
    {
        ReadOnlySpan<byte> descriptor = image.AsSpan(17 * Sector, Sector);
        Assert.Equal("CD001", Encoding.ASCII.GetString(descriptor.Slice(1, 5)));
        ReadOnlySpan<byte> root = descriptor.Slice(156, 34);
        int at = BinaryPrimitives.ReadInt32LittleEndian(root[2..]) * Sector;
        int end = at + BinaryPrimitives.ReadInt32LittleEndian(root[10..]);
        var files = new List<KeyValuePair<string, byte[]>>();
        while (at < end)
        {
            int length = image[at];
            if (length == 0)
            {
                at = ((at / Sector) + 1) * Sector;
                continue;
            }

            ReadOnlySpan<byte> record = image.AsSpan(at, length);
            if ((record[25] & 2) == 0)
            {
                int from = BinaryPrimitives.ReadInt32LittleEndian(record[2..]) * Sector;
                files.Add(new(Encoding.BigEndianUnicode.GetString(record.Slice(33, record[32])), image[from..(from + BinaryPrimitives.ReadInt32LittleEndian(record[10..]))]));
            }

            at += length;
        }

        return files;
    }
}

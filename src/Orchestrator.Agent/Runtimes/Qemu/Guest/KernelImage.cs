using System.Buffers.Binary;
using System.IO.Compression;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>
/// Takes the plain kernel (<c>vmlinux</c>, ELF) out of a <c>bzImage</c> (Documentation/arch/x86/boot: setup_sects, payload_offset, payload_length).
/// QEMU enters it directly by the PVH protocol, so that an emulated processor need not unpack it at every start.
/// </summary>
internal static class KernelImage
{
    private const int SetupSectorsOffset = 0x1F1;
    private const int HeaderMagicOffset = 0x202;
    private const uint HeaderMagic = 0x53726448;
    private const int PayloadOffset = 0x248;
    private const int PayloadLength = 0x24C;
    private const int SectorBytes = 512;
    private static ReadOnlySpan<byte> Elf => [0x7F, (byte)'E', (byte)'L', (byte)'F'];

    /// <summary>Writes the plain kernel.</summary>
    /// <exception cref="InvalidDataException">It is neither ELF nor a bzImage whose compression is supported (LZ4, gzip).</exception>
    public static void Extract(ReadOnlySpan<byte> image, Stream output)
    {
        if (image.StartsWith(Elf))
        {
            output.Write(image);
            return;
        }

        if (image.Length < PayloadLength + 4 || BinaryPrimitives.ReadUInt32LittleEndian(image[HeaderMagicOffset..]) != HeaderMagic)
        {
            throw new InvalidDataException("the kernel is neither ELF nor a bzImage");
        }

        var setupSectors = image[SetupSectorsOffset] is 0 ? 4 : image[SetupSectorsOffset];
        var start = ((setupSectors + 1) * SectorBytes) + (long)BinaryPrimitives.ReadUInt32LittleEndian(image[PayloadOffset..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(image[PayloadLength..]);
        if (start + length > image.Length)
        {
            throw new InvalidDataException("the bzImage is cut short");
        }

        Decompress(image.Slice((int)start, (int)length), output);
    }

    private static void Decompress(ReadOnlySpan<byte> payload, Stream output)
    {
        if (payload.StartsWith(Elf))
        {
            output.Write(payload);
        }
        else if (payload.Length > 4 && BinaryPrimitives.ReadUInt32LittleEndian(payload) == Lz4Legacy.Magic)
        {
            Lz4Legacy.Decompress(payload, output);
        }
        else if (payload.Length > 2 && payload[0] == 0x1F && payload[1] == 0x8B)
        {
            using var gzip = new GZipStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
            gzip.CopyTo(output);
        }
        else
        {
            throw new InvalidDataException("the bzImage is packed neither with LZ4 nor with gzip: give a vmlinux");
        }
    }
}

using System.Runtime.InteropServices;
using Orchestrator.Agent.Images;

namespace Orchestrator.Agent.Runtimes.Containerd.Setup;

/// <summary>
/// The image of a pod's first process, which holds its namespaces and does nothing. Made here, because a lab may have no registry:
/// one static program of a few instructions.
/// </summary>
public static class PauseImage
{
    /// <summary>Name under which the image is imported and configured.</summary>
    public const string Reference = "orchestrator.dev/pause:1";

    private const ulong LoadAddress = 0x400000;
    private const int HeaderBytes = 64 + 56;

    // x86-64: rt_sigaction(SIGCHLD, SIG_IGN), then pause() for ever.
    // Ignoring SIGCHLD makes the kernel reap the orphans that pods with a shared process namespace leave to their first process.
    private static readonly byte[] Code =
    [
        0xb8, 0x0d, 0x00, 0x00, 0x00,             // mov  eax, 13 (rt_sigaction)
        0xbf, 0x11, 0x00, 0x00, 0x00,             // mov  edi, 17 (SIGCHLD)
        0x48, 0x8d, 0x35, 0x13, 0x00, 0x00, 0x00, // lea  rsi, [action]
        0x31, 0xd2,                               // xor  edx, edx
        0x41, 0xba, 0x08, 0x00, 0x00, 0x00,       // mov  r10d, 8 (size of a signal set)
        0x0f, 0x05,                               // syscall
        0xb8, 0x22, 0x00, 0x00, 0x00,             // again: mov eax, 34 (pause)
        0x0f, 0x05,                               // syscall
        0xeb, 0xf7,                               // jmp  again
        0x01, 0, 0, 0, 0, 0, 0, 0,                // action: handler SIG_IGN, no flags, no restorer, empty mask
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Writes the image as an OCI archive that <c>ctr images import</c> takes.</summary>
    /// <exception cref="PlatformNotSupportedException">The processor is not x86-64.</exception>
    public static async Task WriteArchiveAsync(string path, CancellationToken cancel)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new PlatformNotSupportedException("the pause image is made for x86-64 only; configure containerd with a sandbox_image of your own");
        }

        var root = Directory.CreateTempSubdirectory("pause");
        try
        {
            var program = Path.Combine(root.FullName, "pause");
            await File.WriteAllBytesAsync(program, Executable(), cancel);
            File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
            await using var archive = File.Create(path);
            await ImageBuilder.BuildAsync(new ImageRecipe(ImageReference.Parse(Reference), root.FullName) { Entrypoint = ["/pause"] }, archive, cancel);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    /// <summary>A static ELF executable with one segment: header, program header, code.</summary>
    public static byte[] Executable()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        writer.Write((ushort)2); // executable
        writer.Write((ushort)62); // x86-64
        writer.Write(1u);
        writer.Write(LoadAddress + HeaderBytes); // entry point
        writer.Write(64ul); // offset of the program header
        writer.Write(0ul); // no section headers
        writer.Write(0u);
        writer.Write((ushort)64);
        writer.Write((ushort)56);
        writer.Write((ushort)1);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write((ushort)0);

        var size = (ulong)(HeaderBytes + Code.Length);
        writer.Write(1u); // load
        writer.Write(5u); // read and execute
        writer.Write(0ul);
        writer.Write(LoadAddress);
        writer.Write(LoadAddress);
        writer.Write(size);
        writer.Write(size);
        writer.Write(0x1000ul);
        writer.Write(Code);
        writer.Flush();
        return stream.ToArray();
    }
}

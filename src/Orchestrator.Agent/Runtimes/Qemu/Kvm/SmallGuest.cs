namespace Orchestrator.Agent.Runtimes.Qemu.Kvm;

/// <summary>The smallest guest there is: code in the firmware's place that prints a sign on the first serial port, over and over.</summary>
internal static class SmallGuest
{
    public const char Sign = 'K';

    private const int ImageBytes = 64 * 1024;
    private const int CodeOffset = 0xFF80;
    private const int ResetOffset = 0xFFF0;

    /// <summary>An image for <c>-bios</c>, mapped to the end of the first 4 GiB, where x86 processors begin: sixteen-bit code, and a jump to it at the reset vector.</summary>
    public static byte[] FirmwareImage()
    {
        ReadOnlySpan<byte> code =
        [
            0xBA, 0xFD, 0x03, // wait:  mov dx, 0x3FD   line status of the first serial port
            0xEC,             //        in al, dx
            0xA8, 0x20,       //        test al, 0x20   room for a byte?
            0x74, 0xF8,       //        jz wait
            0xBA, 0xF8, 0x03, //        mov dx, 0x3F8   its data register
            0xB0, (byte)Sign, //        mov al, sign
            0xEE,             //        out dx, al
            0xB9, 0x00, 0x04, //        mov cx, 0x400
            0xE2, 0xFE,       // pause: loop pause
            0xEB, 0xEB,       //        jmp wait
        ];
        var image = new byte[ImageBytes];
        code.CopyTo(image.AsSpan(CodeOffset));
        image[ResetOffset] = 0xEB; // jmp short, relative to the next instruction
        image[ResetOffset + 1] = unchecked((byte)(CodeOffset - (ResetOffset + 2)));
        return image;
    }
}

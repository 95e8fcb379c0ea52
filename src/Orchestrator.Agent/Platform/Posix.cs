using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Agent.Platform;

/// <summary>The few system calls that .NET does not offer. Failures are <see cref="IOException"/> with the path and the system's message.</summary>
internal static partial class Posix
{
    private const int OpenReadOnly = 0;
    private const int OpenDirectory = 0x10000;
    private const int OpenNoFollow = 0x20000;
    private const int OpenCloseOnExec = 0x80000;
    private const int OpenPath = 0x200000;
    private const int FallocateKeepSize = 1;
    private const int FallocatePunchHole = 2;
    private const int NoSuchProcess = 3;

    public const int SigKill = 9;

    /// <summary>Makes names created in or moved into the directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = Check(Open(path, OpenReadOnly | OpenDirectory | OpenCloseOnExec), "open", path);
        try
        {
            Check(Fsync(descriptor), "fsync", path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Opens a file or directory below another for its place alone (<c>O_PATH</c>), following no symbolic link on the way.</summary>
    /// <param name="top">Directory to begin at.</param>
    /// <param name="relative">Path from there, without <c>..</c>; <c>.</c> for the directory itself.</param>
    public static SafeFileHandle OpenBelow(string top, string relative)
    {
        var handle = new SafeFileHandle(Check(Open(top, OpenPath | OpenNoFollow | OpenCloseOnExec), "open", top), ownsHandle: true);
        foreach (var part in relative.Split('/').Where(p => p is not "."))
        {
            using var above = handle;
            handle = new SafeFileHandle(Check(OpenAt((int)above.DangerousGetHandle(), part, OpenPath | OpenNoFollow | OpenCloseOnExec), "open", $"{top}: {part}"), ownsHandle: true);
            if (StatusOf(handle).Kind == FileKind.SymbolicLink)
            {
                handle.Dispose();
                throw new IOException($"open {top}: {part} is a symbolic link");
            }
        }

        return handle;
    }

    /// <summary>Sets owner and group of the name itself, not of what a symbolic link points to.</summary>
    public static void ChangeOwner(string path, int userId, int groupId) => Check(LChown(path, userId, groupId), "lchown", path);

    public static void CreateHardLink(string existing, string path) => Check(Link(existing, path), "link", path);

    /// <summary>Creates a named pipe; one that is already there stays.</summary>
    public static void CreateFifo(string path, UnixFileMode mode)
    {
        if (!File.Exists(path))
        {
            Check(MkFifo(path, (uint)mode), "mkfifo", path);
        }
    }

    /// <summary>Gives the file's first bytes back to the file system; offsets of the rest stay what they are.</summary>
    public static void PunchHole(SafeFileHandle file, long lengthBytes) =>
        Check(Fallocate(file, FallocateKeepSize | FallocatePunchHole, 0, lengthBytes), "fallocate", "log buffer");

    /// <summary>Sends a signal; false if there is no such process.</summary>
    public static bool Signal(int processId, int signal)
    {
        if (Kill(processId, signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new IOException($"kill {processId}: {new Win32Exception(error).Message}");
    }

    /// <summary>An ioctl without argument; negative results are the error number, negated.</summary>
    public static int Ioctl(SafeFileHandle file, uint request)
    {
        var result = IoctlCore(file, request, 0);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }

    /// <summary>Owner, group and type of the name itself, by <c>statx</c>, whose layout is the same on every architecture.</summary>
    public static FileStatus Status(string path)
    {
        const int currentDirectory = -100;
        const int noFollow = 0x100;
        return Status(currentDirectory, path, noFollow);
    }

    private static FileStatus StatusOf(SafeFileHandle handle)
    {
        const int emptyPath = 0x1000;
        return Status((int)handle.DangerousGetHandle(), "", emptyPath);
    }

    private static unsafe FileStatus Status(int directory, string path, int flags)
    {
        const uint basicStatus = 0x7ff;
        var buffer = stackalloc byte[256];
        Check(StatX(directory, path, flags, basicStatus, buffer), "statx", path);
        return new FileStatus(*(uint*)(buffer + 20), *(uint*)(buffer + 24), (FileKind)(*(ushort*)(buffer + 28) & 0xF000));
    }

    public static bool IsRoot => GetEffectiveUserId() == 0;

    private static int Check(int result, string call, string path) => result >= 0
        ? result
        : throw new IOException($"{call} {path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(int directory, string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LChown(string path, int userId, int groupId);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string path);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Fallocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlCore(SafeFileHandle file, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}

internal sealed record FileStatus(uint UserId, uint GroupId, FileKind Kind);

/// <summary>The type bits of a file's mode.</summary>
internal enum FileKind
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}

using System.Text;

namespace Orchestrator.Api.Security.Pki;

/// <summary>Files that are there whole or not at all, whatever moment the machine stops at: written aside, flushed to the disk, then renamed.</summary>
public static class DurableFile
{
    /// <summary>Keys and kubeconfigs: 0600.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Certificates: 0644.</summary>
    public const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Directories of keys: 0700.</summary>
    public const UnixFileMode PrivateDirectory = Private | UnixFileMode.UserExecute;

    public static void Write(string path, string text, UnixFileMode mode)
    {
        string aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            // The mode is set when the file is made, so that a key is never readable by others, not even for a moment.
            using (var stream = new FileStream(aside, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = mode,
            }))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}

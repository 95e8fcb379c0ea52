namespace Orchestrator.Cli.Lab.Processes;

/// <summary>
/// Log file of a unit, held below a bound: at <see cref="MaxBytes"/> it is copied to <c>FILE.1</c> and cut. The process appends
/// (O_APPEND), so it goes on at the new end without being told; lines written between copy and cut are lost, which a lab can bear.
/// </summary>
internal sealed class UnitLog(string file)
{
    public const long MaxBytes = 32L << 20;

    public string File { get; } = file;

    public void RotateIfLarge()
    {
        if (new FileInfo(File) is { Exists: true, Length: > MaxBytes })
        {
            System.IO.File.Copy(File, File + ".1", overwrite: true);
            using var log = new FileStream(File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            log.SetLength(0);
        }
    }
}

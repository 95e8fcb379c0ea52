using System.Globalization;
using Orchestrator.Api.Security.Pki;

namespace Orchestrator.Api.Auditing;

/// <summary>
/// A file that is appended to and put away when it has grown: <c>audit.log</c> becomes <c>audit-2026-01-31T12-00-00.000.log</c>. Files put away are removed
/// by age and number. Readable by its owner alone.
/// </summary>
internal sealed class RotatingFile : IDisposable
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH-mm-ss.fff";

    private readonly AuditOptions _options;
    private readonly TimeProvider _time;
    private FileStream _file;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public RotatingFile(AuditOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.LogPath))!);
        _file = Open();
    }

    private string Prefix => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_options.LogPath))!, Path.GetFileNameWithoutExtension(_options.LogPath) + "-");

    private string Extension => Path.GetExtension(_options.LogPath);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancel)
    {
        if (_file.Length > 0 && _file.Length + lines.Length > _options.MaxSizeMegabytes * 1024L * 1024)
        {
            await RotateAsync();
        }

        await _file.WriteAsync(lines, cancel);
    }

    public Task FlushAsync(CancellationToken cancel) => _file.FlushAsync(cancel);

    public void Dispose() => _file.Dispose();

    private async ValueTask RotateAsync()
    {
        await _file.DisposeAsync();
        var name = $"{Prefix}{_time.GetUtcNow().ToString(TimeFormat, CultureInfo.InvariantCulture)}{Extension}";

        // Two within a millisecond: the second goes after the first.
        for (var n = 1; File.Exists(name); n++)
        {
            name = $"{Prefix}{_time.GetUtcNow().AddMilliseconds(n).ToString(TimeFormat, CultureInfo.InvariantCulture)}{Extension}";
        }

        File.Move(_options.LogPath, name);
        _file = Open();
        Prune();
    }

    private void Prune()
    {
        var kept = Old().OrderByDescending(f => f.Time).ToList();
        var oldest = _options.MaxAgeDays > 0 ? _time.GetUtcNow().AddDays(-_options.MaxAgeDays) : DateTimeOffset.MinValue;
        foreach (var (path, _) in kept.Where((f, i) => f.Time < oldest || (_options.MaxBackups > 0 && i >= _options.MaxBackups)))
        {
            File.Delete(path);
        }
    }

    private IEnumerable<(string Path, DateTimeOffset Time)> Old()
    {
        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(Prefix)!, $"{Path.GetFileName(Prefix)}*{Extension}"))
        {
            var stamp = path[Prefix.Length..(path.Length - Extension.Length)];
            if (DateTimeOffset.TryParseExact(stamp, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                yield return (path, time);
            }
        }
    }

    private FileStream Open() => new(_options.LogPath, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        UnixCreateMode = DurableFile.Private,
    });
}

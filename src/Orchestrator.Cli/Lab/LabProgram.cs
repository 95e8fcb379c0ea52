using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Cli.Lab;

/// <summary>
/// The copy of <c>orchestrator</c> that a lab runs. A lab lives longer than the build it was started from: with a copy, rebuilding neither
/// pulls files from under running processes nor has a restarted one come up as something else than its neighbours.
/// </summary>
internal static class LabProgram
{
    private const string EntryPoint = "orchestrator.dll";

    /// <summary>Copies the running program below <paramref name="programs"/>, unless it is there, and returns the command that starts it.</summary>
    public static IReadOnlyList<string> Install(string programs) => Install(AppContext.BaseDirectory, programs);

    internal static IReadOnlyList<string> Install(string source, string programs)
    {
        var files = new DirectoryInfo(source).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.Extension is not (".pdb" or ".xml"))
            .OrderBy(file => file.FullName, StringComparer.Ordinal)
            .ToList();
        var target = Path.Combine(programs, Fingerprint(source, files));
        if (!Directory.Exists(target))
        {
            // Copied aside and renamed: a directory with the final name is always whole.
            var partial = target + ".partial";
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            foreach (var file in files)
            {
                var copy = Path.Combine(partial, Path.GetRelativePath(source, file.FullName));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                file.CopyTo(copy);
            }

            Directory.Move(partial, target);
        }

        return [DotnetHost(), Path.Combine(target, EntryPoint)];
    }

    private static string Fingerprint(string source, List<FileInfo> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{Path.GetRelativePath(source, file.FullName)}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    // ROOT/shared/Microsoft.NETCore.App/VERSION/ is where the running framework is; its host is ROOT/dotnet.
    private static string DotnetHost() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
}

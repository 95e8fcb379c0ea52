using System.Globalization;

namespace Orchestrator.Store.PrivatePostgres;

/// <summary>The programs of one installed PostgreSQL.</summary>
internal sealed record PostgresBinaries(string Directory, int MajorVersion)
{
    public const int OldestMajorVersion = 14;

    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    private const string DebianRoot = "/usr/lib/postgresql";

    public string InitDb => Path.Combine(Directory, "initdb");

    public string PgCtl => Path.Combine(Directory, "pg_ctl");

    /// <summary>
    /// The installation to use: the given one, or the newest of Debian's places and of PATH. A cluster that exists can only be run by the major
    /// version that made it.
    /// </summary>
    /// <exception cref="PrivatePostgresException">None fits; names what to install.</exception>
    public static PostgresBinaries Find(PrivatePostgresOptions options)
    {
        var candidates = options.BinaryDirectory is { } given ? [given] : Candidates();
        var found = candidates
            .Select(d => (Directory: d, Version: VersionOf(d)))
            .Where(c => c.Version >= OldestMajorVersion)
            .OrderByDescending(c => c.Version)
            .Select(c => new PostgresBinaries(c.Directory, c.Version))
            .ToList();
        if (ClusterVersion(options.DataDirectory) is { } made)
        {
            return found.Find(b => b.MajorVersion == made) ?? throw new PrivatePostgresException(
                $"the cluster in {options.DataDirectory} was made by PostgreSQL {made}, which is not on this machine: install it (apt-get install postgresql-{made})");
        }

        return found.FirstOrDefault() ?? throw new PrivatePostgresException(
            $"no PostgreSQL {OldestMajorVersion} or newer is on this machine, looked in {string.Join(", ", candidates)}: install it (apt-get install postgresql) or give a connection string");
    }

    private static List<string> Candidates()
    {
        var directories = new List<string>();
        if (System.IO.Directory.Exists(DebianRoot))
        {
            directories.AddRange(System.IO.Directory.GetDirectories(DebianRoot).Select(d => Path.Combine(d, "bin")));
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        directories.AddRange(path.Split(':', StringSplitOptions.RemoveEmptyEntries));
        return directories;
    }

    /// <summary>Major version of the installation, or 0 where there is none. Debian's PATH holds wrappers of some programs only, so all three are looked for.</summary>
    private static int VersionOf(string directory)
    {
        if (!Needed.All(p => File.Exists(Path.Combine(directory, p))))
        {
            return 0;
        }

        // "postgres (PostgreSQL) 15.7 (Debian 15.7-0+deb12u1)"
        var words = ProgramRun.Output(Path.Combine(directory, "postgres"), ["--version"]).Split(' ');
        var major = words.Length > 2 ? new string([.. words[2].TakeWhile(char.IsAsciiDigit)]) : "";
        return int.TryParse(major, CultureInfo.InvariantCulture, out var version) ? version : 0;
    }

    private static int? ClusterVersion(string dataDirectory)
    {
        var file = Path.Combine(dataDirectory, "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture) : null;
    }
}

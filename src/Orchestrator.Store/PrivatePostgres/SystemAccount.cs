using System.Globalization;

namespace Orchestrator.Store.PrivatePostgres;

/// <summary>As whom PostgreSQL's programs are run: ourselves, or, where we are root, a system user that is not.</summary>
/// <param name="Name">User name as the kernel's peer credentials will be resolved to.</param>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Primary group id.</param>
/// <param name="IsSelf">No change of user is needed.</param>
internal sealed record SystemAccount(string Name, int Uid, int Gid, bool IsSelf)
{
    private const string PasswordFile = "/etc/passwd";

    /// <exception cref="PrivatePostgresException">The user is missing and cannot be made.</exception>
    public static async Task<SystemAccount> ChooseAsync(PrivatePostgresOptions options, TimeProvider time, CancellationToken cancel)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new(Environment.UserName, 0, 0, IsSelf: true);
        }

        if (Find(options.SystemUser) is { } present)
        {
            return present;
        }

        await ProgramRun.RequireAsync(
            "useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", options.SystemUser], options.ActionTimeout, time, cancel);
        return Find(options.SystemUser)
            ?? throw new PrivatePostgresException($"the system user '{options.SystemUser}' is missing and could not be created: create it, or run as a user that is not root");
    }

    /// <summary>The program and arguments that run the command as this user.</summary>
    public (string Program, IReadOnlyList<string> Arguments) Run(string program, IReadOnlyList<string> arguments) => IsSelf
        ? (program, arguments)
        : ("setpriv", [$"--reuid={Uid}", $"--regid={Gid}", "--init-groups", program, .. arguments]);

    /// <summary>Makes the directory this user's own, for nobody else to enter.</summary>
    public async Task OwnAsync(string directory, PrivatePostgresOptions options, TimeProvider time, CancellationToken cancel)
    {
        System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!IsSelf)
        {
            await ProgramRun.RequireAsync("chown", [string.Create(CultureInfo.InvariantCulture, $"{Uid}:{Gid}"), directory], options.ActionTimeout, time, cancel);
        }
    }

    /// <summary>
    /// Lets this user pass through to the directory. Only the directory's own parent, which is ours, is opened, and only for passing;
    /// what is further up is the administrator's.
    /// </summary>
    /// <exception cref="PrivatePostgresException">A directory further up is closed; names it.</exception>
    public void RequirePassage(string directory)
    {
        if (IsSelf)
        {
            return;
        }

        var parent = Path.GetDirectoryName(directory)!;
        File.SetUnixFileMode(parent, File.GetUnixFileMode(parent) | UnixFileMode.OtherExecute);
        for (var above = Path.GetDirectoryName(parent); above is not null; above = Path.GetDirectoryName(above))
        {
            if (!File.GetUnixFileMode(above).HasFlag(UnixFileMode.OtherExecute))
            {
                throw new PrivatePostgresException(
                    $"{above} is closed to the user '{Name}', as whom PostgreSQL runs: choose another data directory or open it (chmod o+x {above})");
            }
        }
    }

    private static SystemAccount? Find(string name)
    {
        // name:password:uid:gid:...
        var fields = File.ReadLines(PasswordFile).Select(l => l.Split(':')).FirstOrDefault(f => f.Length > 3 && f[0] == name);
        return fields is null
            ? null
            : new(name, int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture), IsSelf: false);
    }
}

using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.PrivatePostgres;

/// <summary>
/// Makes, starts, adopts and stops the private cluster. Each step looks at what is there, so a start after a crash at any point completes it.
/// </summary>
internal sealed partial class PostgresCluster(PrivatePostgresOptions options, TimeProvider time, ILogger<PostgresCluster> log)
{
    /// <summary>Size of sun_path, less its terminating zero.</summary>
    private const int MaxSocketPathBytes = 107;

    private readonly Postmaster _postmaster = new(options.DataDirectory);
    private SystemAccount? _account;
    private PostgresBinaries? _binaries;

    public int? RunningProcessId => _postmaster.FindRunning();

    /// <summary>Makes the cluster if there is none, and starts it if it does not run.</summary>
    /// <exception cref="PrivatePostgresException">It cannot be run; says why.</exception>
    public async Task EnsureRunningAsync(CancellationToken cancel)
    {
        RequireShortPath();
        _account ??= await SystemAccount.ChooseAsync(options, time, cancel);
        _binaries ??= PostgresBinaries.Find(options);
        await EnsureMadeAsync(cancel);
        if (_postmaster.FindRunning() is { } pid)
        {
            LogAdopted(log, pid, options.DataDirectory);
        }
        else
        {
            await StartAsync(cancel);
        }

        await EnsureDatabaseAsync(cancel);
    }

    /// <summary>Starts it again after it has died.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        _postmaster.RemoveStaleLock();
        ClusterConfiguration.Write(options, _account!);
        var seconds = options.ActionTimeout.TotalSeconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture);
        await RunAsync(_binaries!.PgCtl, ["start", "-D", options.DataDirectory, "-w", "-t", seconds, "-s", "-l", Path.Combine(options.DataDirectory, "start.log")], cancel);
        LogStarted(log, _postmaster.FindRunning() ?? 0, options.DataDirectory);
    }

    /// <summary>Ends sessions and stops cleanly: the next start needs no recovery.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (_binaries is not null && _postmaster.FindRunning() is not null)
        {
            await RunAsync(_binaries.PgCtl, ["stop", "-D", options.DataDirectory, "-m", "fast", "-w", "-s"], cancel);
        }
    }

    private void RequireShortPath()
    {
        var socket = Path.Combine(options.SocketDirectory, ".s.PGSQL.5432");
        if (!Path.IsPathFullyQualified(options.Directory) || Encoding.UTF8.GetByteCount(socket) > MaxSocketPathBytes)
        {
            throw new PrivatePostgresException(
                $"the path of the database's socket, {socket}, must be absolute and have at most {MaxSocketPathBytes} bytes: choose a shorter data directory");
        }
    }

    private async Task EnsureMadeAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(options.Directory)!);
        _account!.RequirePassage(options.Directory);
        await _account.OwnAsync(options.Directory, options, time, cancel);
        await _account.OwnAsync(options.SocketDirectory, options, time, cancel);
        if (File.Exists(Path.Combine(options.DataDirectory, "PG_VERSION")))
        {
            return;
        }

        // Made aside and renamed: a data directory is complete or absent, whatever happens meanwhile.
        var unfinished = options.DataDirectory + ".new";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        LogMaking(log, options.DataDirectory, _binaries!.MajorVersion);
        await RunAsync(
            _binaries.InitDb,
            ["-D", unfinished, "--username", PrivatePostgresOptions.DatabaseName, "--encoding", "UTF8", "--locale", "C", "--auth", "peer", "--no-instructions"],
            cancel);
        Directory.Move(unfinished, options.DataDirectory);
    }

    /// <summary>One that is found running may still be recovering.</summary>
    private async Task EnsureDatabaseAsync(CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await CreateDatabaseAsync(cancel);
                return;
            }
            catch (NpgsqlException e) when (DatabaseErrors.IsTransient(e) && time.GetElapsedTime(started) < options.ActionTimeout)
            {
                await Task.Delay(options.WatchInterval, time, cancel);
            }
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken cancel)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionStringTo("postgres")) { Pooling = false };
        await using var database = NpgsqlDataSource.Create(text);
        await using var find = database.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
        find.Parameters.Add(new() { Value = PrivatePostgresOptions.DatabaseName });
        if (await find.ExecuteScalarAsync(cancel) is null)
        {
            await using var create = database.CreateCommand($"CREATE DATABASE {PrivatePostgresOptions.DatabaseName}");
            await create.ExecuteNonQueryAsync(cancel);
        }
    }

    private Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var (runner, all) = _account!.Run(program, arguments);
        return ProgramRun.RequireAsync(runner, all, options.ActionTimeout + TimeSpan.FromSeconds(5), time, cancel);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Making a PostgreSQL {Version} cluster in {Directory}")]
    private static partial void LogMaking(ILogger logger, string directory, int version);

    [LoggerMessage(Level = LogLevel.Information, Message = "Started PostgreSQL, process {ProcessId}, in {Directory}")]
    private static partial void LogStarted(ILogger logger, int processId, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "Adopted the running PostgreSQL, process {ProcessId}, in {Directory}")]
    private static partial void LogAdopted(ILogger logger, int processId, string directory);
}

namespace Orchestrator.Store.PrivatePostgres;

/// <summary>The cluster's configuration files. They are ours: written anew at every start, so that a newer program brings its settings along.</summary>
internal static class ClusterConfiguration
{
    /// <summary>Only a UNIX socket in a directory of the cluster's user; there only the operating system's word for who connects.</summary>
    private const string HostAccess = "local all all peer map=orchestrator\n";

    public static void Write(PrivatePostgresOptions options, SystemAccount account)
    {
        WriteFile(options, "postgresql.conf", Settings(options));
        WriteFile(options, "pg_hba.conf", HostAccess);
        var allowed = account.IsSelf ? [account.Name] : new[] { account.Name, Environment.UserName };
        WriteFile(options, "pg_ident.conf", string.Concat(allowed.Distinct().Select(user => $"orchestrator \"{user}\" {PrivatePostgresOptions.DatabaseName}\n")));
    }

    private static string Settings(PrivatePostgresOptions options) => $"""
        # Written by the orchestrator at every start.
        listen_addresses = ''
        unix_socket_directories = '{options.SocketDirectory.Replace("'", "''", StringComparison.Ordinal)}'
        unix_socket_permissions = 0700
        max_connections = 60

        # An acknowledged write is on the disk.
        fsync = on
        synchronous_commit = on
        full_page_writes = on

        # Small: the store reads from its own cache, so PostgreSQL mostly writes.
        shared_buffers = {options.SharedBuffersMebibytes}MB
        work_mem = 4MB
        maintenance_work_mem = 32MB
        huge_pages = off
        jit = off
        max_parallel_workers = 0
        max_worker_processes = 2
        max_wal_senders = 0
        wal_level = minimal
        wal_buffers = 8MB
        min_wal_size = 128MB
        max_wal_size = 512MB
        checkpoint_timeout = 10min
        autovacuum_max_workers = 1
        autovacuum_naptime = 15s
        # New rows at the end of the log need no vacuum of their own.
        autovacuum_vacuum_insert_scale_factor = 1

        # One file for each day of the week, each overwritten a week later.
        logging_collector = on
        log_directory = 'log'
        log_filename = 'postgresql-%a.log'
        log_rotation_age = 1d
        log_rotation_size = 0
        log_truncate_on_rotation = on
        log_min_messages = warning
        log_line_prefix = '%m [%p] %a '
        timezone = 'UTC'
        log_timezone = 'UTC'

        """;

    private static void WriteFile(PrivatePostgresOptions options, string name, string text) =>
        // Kept the owner's: the file exists since initdb.
        File.WriteAllText(Path.Combine(options.DataDirectory, name), text);
}

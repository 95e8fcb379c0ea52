using Npgsql;

namespace Orchestrator.Store.PrivatePostgres;

/// <summary>A PostgreSQL cluster of our own: where it lives, and as whom it runs.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>Name of the database and of the role in it.</summary>
    public const string DatabaseName = "orchestrator";

    /// <summary>Absolute directory of the cluster. Holds <c>data</c> (PGDATA) and <c>run</c> (the socket); kept between runs.</summary>
    public required string Directory { get; init; }

    /// <summary>Directory with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>; null looks for the newest on the machine.</summary>
    public string? BinaryDirectory { get; init; }

    /// <summary>System user that PostgreSQL runs as when this process is root, because it refuses to be root itself. Created if missing.</summary>
    public string SystemUser { get; init; } = "postgres";

    /// <summary>Whether the cluster is stopped with the store. If not, it keeps running and is adopted at the next start.</summary>
    public bool StopsWithStore { get; init; } = true;

    /// <summary>Shared buffers. Small: the store reads from its own cache.</summary>
    public int SharedBuffersMebibytes { get; init; } = 48;

    /// <summary>How often the supervisor looks whether the postmaster lives.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long one start or stop may take; starting includes crash recovery.</summary>
    public TimeSpan ActionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    internal string DataDirectory => Path.Combine(Directory, "data");

    internal string SocketDirectory => Path.Combine(Directory, "run");

    /// <summary>Npgsql connection string of the cluster; valid once it runs.</summary>
    public string ConnectionString => ConnectionStringTo(DatabaseName);

    internal string ConnectionStringTo(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketDirectory,
        Database = database,
        Username = DatabaseName,
        // Encryption of a UNIX socket is not offered; not asking saves a round trip.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;
}

/// <summary>The private PostgreSQL cannot be run; the message says what to install or to change.</summary>
public sealed class PrivatePostgresException(string message, Exception? inner = null) : Exception(message, inner);

using Npgsql;

namespace Orchestrator.Store.Connections;

/// <summary>
/// The ways to the database, each with the settings its work needs. They are pools of their own, so that readers can never keep the writer waiting for a connection.
/// </summary>
internal sealed class StoreDatabase : IAsyncDisposable
{
    public const string SchemaName = "orchestrator";

    /// <summary>Most an exchange may take before the connection is given up and the work is tried on another.</summary>
    private const int CommandTimeoutSeconds = 15;

    // Plans of the writer are made once, when tables may still be empty, and kept: they must not rest on statistics.
    private const string WriterSettings =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; " +
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private const string ExplanationSettings = "SET synchronous_commit = off";

    public StoreDatabase(string connectionString, int maxReadConnections)
    {
        ConnectionString = connectionString;
        Readers = Build("reader", maxReadConnections, settings: null);
        Writer = Build("writer", maxConnections: 0, WriterSettings);
        Listener = Build("listener", maxConnections: 1, settings: null);
        Explanations = Build("explanations", maxConnections: 1, ExplanationSettings);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Readers { get; }

    public NpgsqlDataSource Writer { get; }

    public NpgsqlDataSource Listener { get; }

    public NpgsqlDataSource Explanations { get; }

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        await Readers.DisposeAsync();
        await Listener.DisposeAsync();
        await Explanations.DisposeAsync();
    }

    /// <param name="role">For who looks at the database's sessions.</param>
    /// <param name="maxConnections">Connections kept for reuse; 0 for none: a session that holds locks ends with its use.</param>
    /// <param name="settings">Run in each new session.</param>
    private NpgsqlDataSource Build(string role, int maxConnections, string? settings)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            ApplicationName = $"orchestrator-{role}",
            SearchPath = SchemaName,
            Pooling = maxConnections > 0,
            MaxPoolSize = Math.Max(1, maxConnections),
            MinPoolSize = 0,
            NoResetOnClose = true,
            Timeout = 5,
            CommandTimeout = CommandTimeoutSeconds,
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
        };
        var builder = new NpgsqlDataSourceBuilder(text.ConnectionString);
        if (settings is not null)
        {
            builder.UsePhysicalConnectionInitializer(
                connection => Apply(connection, settings),
                connection => ApplyAsync(connection, settings));
        }

        return builder.Build();
    }

    private static void Apply(NpgsqlConnection connection, string settings)
    {
        using var command = new NpgsqlCommand(settings, connection);
        command.ExecuteNonQuery();
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, string settings)
    {
        await using var command = new NpgsqlCommand(settings, connection);
        await command.ExecuteNonQueryAsync();
    }
}

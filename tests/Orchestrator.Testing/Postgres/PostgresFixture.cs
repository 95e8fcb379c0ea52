using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Store.PrivatePostgres;

namespace Orchestrator.Testing.Postgres;

/// <summary>
/// One PostgreSQL cluster for a whole test assembly, made from the machine's binaries with the product's own code and settings (fsync on),
/// and removed at the end. Each test takes a database of its own from it.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PrivatePostgresServer _server;
    private readonly PrivatePostgresOptions _options;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private bool _isStarted;
    private int _lastDatabase;

    public PostgresFixture()
    {
        _options = new PrivatePostgresOptions { Directory = Path.Combine(_directory.Path, "postgres") };
        _server = new PrivatePostgresServer(_options, TimeProvider.System, NullLoggerFactory.Instance);
    }

    /// <summary>Process id of the postmaster, for tests that kill it.</summary>
    public int? ProcessId => _server.ProcessId;

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancel = default)
    {
        await StartAsync(cancel);
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _lastDatabase)}");
        var text = new NpgsqlConnectionStringBuilder(_options.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(cancel);
        return new NpgsqlConnectionStringBuilder(_options.ConnectionString) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
        _starting.Dispose();
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        await _starting.WaitAsync(cancel);
        try
        {
            if (!_isStarted)
            {
                await _server.StartAsync(cancel);
                _isStarted = true;
            }
        }
        finally
        {
            _starting.Release();
        }
    }
}

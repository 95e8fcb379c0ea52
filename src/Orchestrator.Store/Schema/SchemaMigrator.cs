using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.Schema;

/// <summary>
/// Brings the database's schema to this program's version: numbered scripts, all in one transaction, by one server at a time.
/// </summary>
internal sealed partial class SchemaMigrator(ILogger<SchemaMigrator> log)
{
    private const string Prefix = "Orchestrator.Store.Schema.";

    private static readonly Assembly Home = typeof(SchemaMigrator).Assembly;

    /// <summary>The scripts in order; versions count from 1 without gaps.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        .. Home.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => new Migration(int.Parse(n.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), n[Prefix.Length..])),
    ];

    /// <exception cref="SchemaTooNewException">A newer program has migrated the database.</exception>
    public async Task MigrateAsync(NpgsqlDataSource database, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await ExecuteAsync(connection, "SELECT pg_advisory_xact_lock(7236821, 2)", cancel);
        await ExecuteAsync(connection, $"""
            CREATE SCHEMA IF NOT EXISTS {StoreDatabase.SchemaName};
            CREATE TABLE IF NOT EXISTS {StoreDatabase.SchemaName}.schema_version (
              version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
            """, cancel);
        var present = await PresentVersionAsync(connection, cancel);
        if (present > Migrations.Count)
        {
            throw new SchemaTooNewException(present, Migrations.Count);
        }

        foreach (var migration in Migrations.Where(m => m.Version > present))
        {
            await ExecuteAsync(connection, await migration.ReadAsync(Home, Prefix, cancel), cancel);
            await using var record = new NpgsqlCommand("INSERT INTO schema_version (version, name) VALUES ($1, $2)", connection)
            {
                Parameters = { new() { Value = migration.Version }, new() { Value = migration.Name } },
            };
            await record.ExecuteNonQueryAsync(cancel);
            LogApplied(log, migration.Name);
        }

        await transaction.CommitAsync(cancel);
    }

    private static async Task<int> PresentVersionAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM schema_version", connection);
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied database migration {Migration}")]
    private static partial void LogApplied(ILogger logger, string migration);
}

internal sealed record Migration(int Version, string Name)
{
    public async Task<string> ReadAsync(Assembly home, string prefix, CancellationToken cancel)
    {
        using var reader = new StreamReader(home.GetManifestResourceStream(prefix + Name)!);
        return await reader.ReadToEndAsync(cancel);
    }
}

/// <summary>The database was migrated by a newer version of this program; working on it could destroy data.</summary>
public sealed class SchemaTooNewException(int found, int known)
    : Exception($"the database's schema is at version {found}, but this program knows versions up to {known}: run a newer version of it");

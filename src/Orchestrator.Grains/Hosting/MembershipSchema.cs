using System.Reflection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Orchestrator.Grains.Hosting;

/// <summary>Creates the tables, and the queries in them, by which Orleans' ADO.NET clustering keeps its membership. Runs before the silo starts; repeating it changes nothing.</summary>
internal sealed class MembershipSchema(string connectionString) : IHostedService
{
    // Any number that nobody else locks: two servers may start at once.
    private const long LockKey = 0x6f72636d656d62;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(typeof(MembershipSchema), "membership.sql")!;
        using var reader = new StreamReader(resource);
        string sql = await reader.ReadToEndAsync(cancellationToken);

        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var take = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = LockKey } } };
        await take.ExecuteNonQueryAsync(cancellationToken);
        await using var create = new NpgsqlCommand(sql, connection, transaction);
        await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

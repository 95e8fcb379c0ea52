using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Store.PrivatePostgres;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Store;

public sealed class PrivatePostgresTests
{
    [Fact]
    public async Task Data_is_kept_between_runs_and_a_clean_stop_leaves_no_process()
    {
        using var directory = new TemporaryDirectory();
        var options = Options(directory);
        await using (var first = NewServer(options))
        {
            await first.StartAsync(TestContext.Current.CancellationToken);
            await ExecuteAsync(options, "CREATE TABLE kept AS SELECT 7 AS value");
        }

        await using var second = NewServer(options);
        Assert.Null(second.ProcessId);
        await second.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(7, await ExecuteAsync(options, "SELECT value FROM kept"));
    }

    [Fact]
    public async Task One_that_still_runs_is_adopted()
    {
        using var directory = new TemporaryDirectory();
        await using var left = NewServer(Options(directory) with { StopsWithStore = false });
        await left.StartAsync(TestContext.Current.CancellationToken);
        var process = left.ProcessId;
        await left.DisposeAsync();

        await using var successor = NewServer(Options(directory));
        await successor.StartAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(process);
        Assert.Equal(process, successor.ProcessId);
    }

    [Fact]
    public async Task One_that_is_killed_comes_back_by_itself()
    {
        using var directory = new TemporaryDirectory();
        var options = Options(directory);
        await using var server = NewServer(options);
        await server.StartAsync(TestContext.Current.CancellationToken);
        var killed = server.ProcessId!.Value;
        Process.GetProcessById(killed).Kill();

        await Eventually.TrueAsync(() => Task.FromResult(server.ProcessId is { } now && now != killed), "the restart");
        await Eventually.TrueAsync(async () => await TryConnectAsync(options), "connecting");
    }

    [Fact]
    public async Task A_lock_file_left_by_a_process_that_is_something_else_now_does_not_keep_it_from_starting()
    {
        using var directory = new TemporaryDirectory();
        var options = Options(directory);
        await using (var first = NewServer(options))
        {
            await first.StartAsync(TestContext.Current.CancellationToken);
        }

        // A process of PostgreSQL's own user, so that PostgreSQL by itself would take it for its postmaster.
        await using var other = NewServer(Options(directory, "other"));
        await other.StartAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(options.Directory, "data", "postmaster.pid"), $"{other.ProcessId}\n{options.Directory}/data\n");

        await using var second = NewServer(options);
        await second.StartAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(second.ProcessId);
        Assert.NotEqual(other.ProcessId, second.ProcessId);
    }

    [Fact]
    public async Task Missing_binaries_are_named_with_what_to_install()
    {
        using var directory = new TemporaryDirectory();
        await using var server = NewServer(Options(directory) with { BinaryDirectory = directory.Path });

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(() => server.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("apt-get install postgresql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_too_deep_for_a_socket_is_refused()
    {
        using var directory = new TemporaryDirectory();
        await using var server = NewServer(Options(directory, new string('d', 100)));

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(() => server.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("at most 107 bytes", refusal.Message, StringComparison.Ordinal);
    }

    private static PrivatePostgresOptions Options(TemporaryDirectory directory, string name = "postgres") => new() { Directory = Path.Combine(directory.Path, name) };

    private static PrivatePostgresServer NewServer(PrivatePostgresOptions options) => new(options, TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task<bool> TryConnectAsync(PrivatePostgresOptions options)
    {
        try
        {
            await ExecuteAsync(options, "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task<object?> ExecuteAsync(PrivatePostgresOptions options, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}

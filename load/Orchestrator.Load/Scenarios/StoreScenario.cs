using System.CommandLine;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Store.PrivatePostgres;

namespace Orchestrator.Load.Scenarios;

/// <summary><c>orchestrator-load store</c>: commits per second of the store alone, each an object's creation on its own, fsync on.</summary>
internal static class StoreScenario
{
    private static readonly KindRegistry Kinds = new(
        [new ResourceKind { Group = "", Version = "v1", Kind = "ConfigMap", Plural = "configmaps", Namespaced = true }]);

    public static Command Create()
    {
        var database = new Option<string?>("--database") { Description = "Connection string of an existing database; a private PostgreSQL otherwise." };
        var writers = new Option<int[]>("--writers")
        {
            Description = "Numbers of concurrent writers to measure.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 16, 256],
        };
        var bytes = new Option<int>("--value-bytes") { Description = "Size of each object's data.", DefaultValueFactory = _ => 256 };
        var command = new Command("store", "Commits per second of the store, without the API.") { database, writers, bytes };
        var options = new LoadOptions(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = options.Read(parsed);
            return (await MeasureAsync(parsed.GetValue(database), parsed.GetValue(writers)!, parsed.GetValue(bytes), settings, cancel)).Finish(settings.Format);
        });
        return command;
    }

    public static Task<LoadReport> MeasureAsync(LoadSettings settings, CancellationToken cancel) => MeasureAsync(null, [1, 16, 256], 256, settings, cancel);

    private static async Task<LoadReport> MeasureAsync(string? database, int[] writers, int valueBytes, LoadSettings settings, CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-load-");
        try
        {
            var own = new PrivatePostgresOptions { Directory = Path.Combine(directory.FullName, "postgres") };
            await using var postgres = new PrivatePostgresServer(own, TimeProvider.System, NullLoggerFactory.Instance);
            if (database is null)
            {
                await postgres.StartAsync(cancel);
            }

            await using var store = new ObjectStore(
                new StoreOptions { ConnectionString = database ?? own.ConnectionString }, Kinds, TimeProvider.System, NullLoggerFactory.Instance);
            await store.StartAsync(cancel);
            var value = new string('x', valueBytes);
            var cases = writers.Select(count => new LoadCase($"{count} writers", count, _ => CreateAsync(store, value))).ToList();
            var rows = await CaseRunner.RunAsync(cases, settings, () => postgres.ProcessId is { } pid ? ProcessTree.CpuOf(pid) : null);
            return new LoadReport("store", "commits", settings.Rounds, settings.RoundDuration.TotalSeconds, Environment.ProcessorCount, rows);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async ValueTask CreateAsync(ObjectStore store, string value)
    {
        var uid = Guid.NewGuid().ToString();
        var body = Encoding.UTF8.GetBytes(
            $$$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"{{{uid}}}","namespace":"load","uid":"{{{uid}}}"},"data":{"value":"{{{value}}}"}}""");
        var result = await store.CommitAsync(new CreateObject(new ObjectKey("configmaps", "load", uid), uid, body));
        if (result.Outcome != CommitOutcome.Committed)
        {
            throw new InvalidOperationException($"{result.Outcome}");
        }
    }
}

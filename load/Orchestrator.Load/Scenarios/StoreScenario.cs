using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Load.Measuring;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Store.PrivatePostgres;

namespace Orchestrator.Load.Scenarios;

/// <summary>Commits per second of the store alone, each an object's creation on its own, fsync on.</summary>
internal sealed class StoreScenario : IMeasure
{
    private static readonly KindRegistry Kinds = new(
        [new ResourceKind { Group = "", Version = "v1", Kind = "ConfigMap", Plural = "configmaps", Namespaced = true }]);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-load-");
    private PrivatePostgresServer? _postgres;
    private ObjectStore? _store;

    public string Unit => "commits";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        if (_store is null)
        {
            var own = new PrivatePostgresOptions { Directory = Path.Combine(_directory.FullName, "postgres") };
            _postgres = new PrivatePostgresServer(own, TimeProvider.System, NullLoggerFactory.Instance);
            await _postgres.StartAsync(cancel);
            _store = new ObjectStore(new StoreOptions { ConnectionString = own.ConnectionString }, Kinds, TimeProvider.System, NullLoggerFactory.Instance);
            await _store.StartAsync(cancel);
        }

        var value = new string('x', spec.ValueBytes);
        var meter = new ComponentMeter([new Component("postgresql", () => _postgres?.ProcessId, WithChildren: true)]);
        return new MeasuredCase((round, _) => ClosedLoop.RunAsync(spec.Clients, round.Duration, _ => CreateAsync(_store, value), meter));
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _directory.Delete(recursive: true);
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

using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Store;
using Orchestrator.Testing.Postgres;

namespace Orchestrator.IntegrationTests.Store;

/// <summary>Stores, as of several servers, on one database of their own.</summary>
internal sealed class StoreSession(string connectionString) : IAsyncDisposable
{
    private readonly List<ObjectStore> _stores = [];

    public string ConnectionString { get; } = connectionString;

    public static async Task<StoreSession> CreateAsync(PostgresFixture postgres) => new(await postgres.CreateDatabaseAsync());

    public async Task<ObjectStore> OpenAsync(Func<StoreOptions, StoreOptions>? change = null)
    {
        var options = new StoreOptions { ConnectionString = ConnectionString, CompactionInterval = TimeSpan.Zero };
        var store = new ObjectStore(change?.Invoke(options) ?? options, StoreTestObjects.Kinds, TimeProvider.System, NullLoggerFactory.Instance);
        _stores.Add(store);
        await store.StartAsync(TestContext.Current.CancellationToken);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }
    }
}

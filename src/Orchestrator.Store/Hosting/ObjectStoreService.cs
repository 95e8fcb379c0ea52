using Microsoft.Extensions.Hosting;
using Orchestrator.Store.PrivatePostgres;

namespace Orchestrator.Store.Hosting;

/// <summary>Starts the private PostgreSQL, if there is one, then the store; stops them the other way round.</summary>
internal sealed class ObjectStoreService(ObjectStore store, PrivatePostgresServer? postgres) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (postgres is not null)
        {
            await postgres.StartAsync(cancellationToken);
        }

        await store.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await store.DisposeAsync();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }
    }
}

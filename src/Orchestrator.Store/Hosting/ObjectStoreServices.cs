using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Model.Kinds;
using Orchestrator.Store.Hosting;
using Orchestrator.Store.PrivatePostgres;

namespace Orchestrator.Store;

/// <summary>Puts the store into a host.</summary>
public static class ObjectStoreServices
{
    /// <summary>
    /// Registers <see cref="IObjectStore"/>, <see cref="IExplanationStore"/> and <see cref="IStoreHealth"/>, and a hosted service that starts them.
    /// Needs a <see cref="ServedKinds"/>. Hosted services registered later find the store filled.
    /// </summary>
    /// <exception cref="InvalidOperationException">The options do not say where the database is.</exception>
    public static IServiceCollection AddObjectStore(this IServiceCollection services, StoreOptions options)
    {
        _ = options.ResolveConnectionString();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(provider => new ObjectStore(
            provider.GetRequiredService<StoreOptions>(),
            provider.GetRequiredService<ServedKinds>().BuiltIn,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IObjectStore>(provider => provider.GetRequiredService<ObjectStore>());
        services.AddSingleton<IExplanationStore>(provider => provider.GetRequiredService<ObjectStore>());
        services.AddSingleton<IStoreHealth>(provider => provider.GetRequiredService<ObjectStore>());
        services.AddSingleton<IHostedService>(provider => new ObjectStoreService(
            provider.GetRequiredService<ObjectStore>(),
            options.PrivatePostgres is { } own
                ? new PrivatePostgresServer(own, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>())
                : null));
        return services;
    }
}

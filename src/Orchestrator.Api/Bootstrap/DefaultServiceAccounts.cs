using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Bootstrap;

/// <summary>
/// Gives every namespace its service account <c>default</c>, and gives it back when it is deleted. Runs on every server: what one has made,
/// the others find.
/// </summary>
public sealed partial class DefaultServiceAccounts(IObjectStore store, TimeProvider time, ILogger<DefaultServiceAccounts> logger) : BackgroundService
{
    private const string Namespaces = "namespaces";
    private const string ServiceAccounts = "serviceaccounts";
    private const string Default = "default";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>What is missing: an account in each namespace that is not ending.</summary>
    public static IEnumerable<string> Missing(IEnumerable<StoredObject> namespaces, Func<ObjectKey, bool> exists) => namespaces
        .Where(ns => !ns.IsTerminating)
        .Select(ns => ns.Key.Name)
        .Where(name => !exists(new ObjectKey(ServiceAccounts, name, Default)));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception e) when (e is StoreUnavailableException or SubscriptionLaggedException or RevisionCompactedException)
            {
                LogRetry(e.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        // Subscribed first, then read: what changes in between is seen by the subscription.
        long revision = store.Revision;
        using IChangeSubscription namespaces = store.Subscribe(Namespaces, null, revision);
        using IChangeSubscription accounts = store.Subscribe(ServiceAccounts, null, revision);
        Task<IReadOnlyList<Change>> namespacesChanged = namespaces.ReadAsync(cancel).AsTask();
        Task<IReadOnlyList<Change>> accountsChanged = accounts.ReadAsync(cancel).AsTask();
        while (true)
        {
            await EnsureAsync(cancel);
            Task first = await Task.WhenAny(namespacesChanged, accountsChanged);
            await first;
            namespacesChanged = namespacesChanged.IsCompleted ? await ReadOnAsync(namespacesChanged, namespaces, cancel) : namespacesChanged;
            accountsChanged = accountsChanged.IsCompleted ? await ReadOnAsync(accountsChanged, accounts, cancel) : accountsChanged;
        }
    }

    private static async Task<Task<IReadOnlyList<Change>>> ReadOnAsync(Task<IReadOnlyList<Change>> done, IChangeSubscription subscription, CancellationToken cancel)
    {
        await done;
        return subscription.ReadAsync(cancel).AsTask();
    }

    private async Task EnsureAsync(CancellationToken cancel)
    {
        List<Mutation> missing = [.. Missing(store.List(Namespaces).Items, key => store.Get(key) is not null).Select(Create)];
        if (missing.Count > 0)
        {
            // AlreadyExists is success: another server was quicker.
            await store.CommitAsync(missing, cancel: cancel);
        }
    }

    private CreateObject Create(string ns)
    {
        string uid = Guid.NewGuid().ToString();
        var account = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ServiceAccount",
            ["metadata"] = new JsonObject
            {
                ["name"] = Default,
                ["namespace"] = ns,
                ["uid"] = uid,
                ["creationTimestamp"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            },
        };
        return new CreateObject(new ObjectKey(ServiceAccounts, ns, Default), uid, JsonBuffer.Serialize(account));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "default service accounts wait: {Reason}")]
    private partial void LogRetry(string reason);
}

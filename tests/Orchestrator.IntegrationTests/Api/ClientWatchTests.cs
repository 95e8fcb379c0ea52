using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Watches through the C# client: resumed after a disconnect, moved on by bookmarks, and told when what they resume from is gone.</summary>
public sealed class ClientWatchTests(PostgresFixture postgres)
{
    private const string Namespace = "watched";
    private const int KeptChanges = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_client_resumes_where_it_was_cut_and_lists_again_when_that_is_gone()
    {
        await using var server = await TestServer.StartAsync(postgres, KeepFewChanges);
        using var client = server.Client();
        await client.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Namespace } });
        var seen = new Queue<(WatchEventType Type, string Name)>();
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("a", "1"), Namespace);
        var list = await client.ListNamespacedConfigMapAsync(Namespace);
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("b", "1"), Namespace);

        var first = await WatchUntilAsync(client, list.Metadata.ResourceVersion, "b", seen);
        await client.PatchNamespacedConfigMapAsync(new V1Patch("""{"data":{"key":"2"}}""", V1Patch.PatchType.MergePatch), "a", Namespace);
        await client.DeleteNamespacedConfigMapAsync("b", Namespace);
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("c", "1"), Namespace);
        await WatchUntilAsync(client, first, "c", seen);

        Assert.Equal(
            [(WatchEventType.Added, "b"), (WatchEventType.Modified, "a"), (WatchEventType.Deleted, "b"), (WatchEventType.Added, "c")], seen);
        await MakeChangesAsync(client);
        await Eventually.TrueAsync(() => IsGoneAsync(client, first), "the end of the changes that the watch would resume from");
        Assert.NotEmpty((await client.ListNamespacedConfigMapAsync(Namespace)).Items);
    }

    [Fact]
    public async Task A_bookmark_tells_a_watch_that_saw_nothing_how_far_it_has_come()
    {
        await using var server = await TestServer.StartAsync(postgres);
        using var client = server.Client();
        await client.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Namespace } });
        var list = await client.ListNamespacedConfigMapAsync(Namespace, labelSelector: "nobody");
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("other", "1"), Namespace);

        using var cancel = new CancellationTokenSource(Limit);
        var types = new List<(WatchEventType, string)>();
        await foreach (var (type, map) in client.CoreV1.WatchListNamespacedConfigMapAsync(
            Namespace, labelSelector: "nobody", allowWatchBookmarks: true, sendInitialEvents: true, resourceVersionMatch: "NotOlderThan",
            resourceVersion: list.Metadata.ResourceVersion, cancellationToken: cancel.Token))
        {
            types.Add((type, map.Metadata.ResourceVersion));
            break;
        }

        Assert.Equal(WatchEventType.Bookmark, types[0].Item1);
        Assert.NotEqual(list.Metadata.ResourceVersion, types[0].Item2);
    }

    private static void KeepFewChanges(WebApplicationBuilder builder)
    {
        var options = (StoreOptions)builder.Services.Single(s => s.ServiceType == typeof(StoreOptions)).ImplementationInstance!;
        builder.Services.AddSingleton(provider => new ObjectStore(
            options with { CompactionInterval = TimeSpan.FromMilliseconds(100), MaxRetainedChanges = KeptChanges, RecentChanges = 1 },
            provider.GetRequiredService<ServedKinds>().BuiltIn,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
    }

    private static async Task MakeChangesAsync(Kubernetes client)
    {
        for (var i = 0; i < 3 * KeptChanges; i++)
        {
            await client.PatchNamespacedConfigMapAsync(
                new V1Patch($$$"""{"data":{"key":"again {{{i}}}"}}""", V1Patch.PatchType.MergePatch), "a", Namespace);
        }
    }

    /// <summary>Watches until the object's event and cuts the connection; gives the revision to resume from.</summary>
    private static async Task<string> WatchUntilAsync(
        Kubernetes client, string from, string last, Queue<(WatchEventType Type, string Name)> seen)
    {
        using var cancel = new CancellationTokenSource(Limit);
        await foreach (var (type, map) in client.CoreV1.WatchListNamespacedConfigMapAsync(Namespace, resourceVersion: from, cancellationToken: cancel.Token))
        {
            if (map.Metadata.Name is not ("a" or "b" or "c"))
            {
                continue;
            }

            seen.Enqueue((type, map.Metadata.Name));
            if (map.Metadata.Name == last)
            {
                return map.Metadata.ResourceVersion;
            }
        }

        throw new InvalidOperationException($"the watch ended before {last}");
    }

    private static async Task<bool> IsGoneAsync(Kubernetes client, string from)
    {
        using var cancel = new CancellationTokenSource(Limit);
        var gone = false;
        try
        {
            await foreach (var (type, _) in client.CoreV1.WatchListNamespacedConfigMapAsync(
                Namespace, resourceVersion: from, timeoutSeconds: 1, onError: e => gone |= IsExpired(e), cancellationToken: cancel.Token))
            {
                gone |= type == WatchEventType.Error;
            }
        }
        catch (KubernetesException e)
        {
            return IsExpired(e);
        }

        return gone;
    }

    private static bool IsExpired(Exception e) => e is KubernetesException { Status: { Code: 410, Reason: "Expired" } };
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Store;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>
/// Against the real server: concurrent writers, watchers that disconnect at random and resume, compaction, queues so short that slow watchers are
/// cut. Every watcher sees each change once, in order, without gaps; only where it resumes from too long ago it is told so and lists again.
/// </summary>
public sealed class WatchPropertyTests(PostgresFixture postgres)
{
    private const int Writers = 4;
    private const int WritesEach = 150;
    private const int Watchers = 6;
    private const string Collection = "/api/v1/namespaces/default/configmaps";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_watcher_sees_each_change_once_in_order_and_without_gaps(int seed)
    {
        await using var server = await TestServer.StartAsync(postgres, Shorten);
        using var http = server.Http();
        await ListTests.DefaultNamespaceAsync(http);
        var store = server.Services.GetRequiredService<IObjectStore>();
        var start = store.Revision;
        var end = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watching = Enumerable.Range(0, Watchers).Select(w => WatchAsync(http, start.ToString(CultureInfo.InvariantCulture), new Random((seed * 1000) + w), end.Task)).ToList();
        var truth = Task.Run(() => TruthAsync(store, start, end.Task));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => WriteAsync(http, w, new Random((seed * 7919) + w))));
        using var last = await http.PostAsync(new Uri(Collection, UriKind.Relative), Body("the-last", "x"));
        end.SetResult(long.Parse((string)JsonNode.Parse(await last.Content.ReadAsStringAsync())!["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture));

        var expected = await truth;
        foreach (var seen in await Task.WhenAll(watching))
        {
            AssertFollows(expected, seen);
        }
    }

    private static void Shorten(WebApplicationBuilder builder)
    {
        // The watcher's backlog, the memory of recent changes and the log itself are all made short, so that each is run out of.
        var given = builder.Services.Last(s => s.ServiceType == typeof(StoreOptions));
        var options = (StoreOptions)given.ImplementationInstance!;
        builder.Services.AddSingleton(options with
        {
            MaxSubscriptionBacklog = 40,
            RecentChanges = 60,
            CompactionInterval = TimeSpan.FromMilliseconds(200),
            MaxRetainedChanges = 250,
        });
    }

    private static async Task WriteAsync(HttpClient http, int writer, Random random)
    {
        for (var i = 0; i < WritesEach; i++)
        {
            var name = $"w{writer}-{random.Next(5)}";
            var path = new Uri($"{Collection}/{name}", UriKind.Relative);
            using var response = random.Next(3) switch
            {
                0 => await http.PostAsync(new Uri(Collection, UriKind.Relative), Body(name, $"{i}")),
                1 => await http.DeleteAsync(path),
                _ => await http.PutAsync(path, Body(name, $"{i}")),
            };
            Assert.True((int)response.StatusCode is 200 or 201 or 404 or 409, $"{response.StatusCode}");
        }
    }

    /// <summary>Watches, breaking off at random, until the last revision has been seen; a null marks where it had to list again.</summary>
    private static async Task<List<(string Type, string Name, long Revision)?>> WatchAsync(HttpClient http, string start, Random random, Task<long> end)
    {
        var seen = new List<(string Type, string Name, long Revision)?>();
        var version = start;
        while (!end.IsCompleted || long.Parse(version, CultureInfo.InvariantCulture) < await end)
        {
            var events = random.Next(1, 80);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{Collection}?watch=true&resourceVersion={version}&allowWatchBookmarks=true");
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
            while (events-- > 0 && await reader.ReadLineAsync() is { } line)
            {
                var change = JsonNode.Parse(line)!;
                var type = (string)change["type"]!;
                if (type == "ERROR")
                {
                    Assert.Equal(410, (int)change["object"]!["code"]!);
                    version = await ListAsync(http);
                    seen.Add(null);
                    seen.Add(("LIST", "", long.Parse(version, CultureInfo.InvariantCulture)));
                    break;
                }

                var metadata = change["object"]!["metadata"]!;
                version = (string)metadata["resourceVersion"]!;
                if (type != "BOOKMARK")
                {
                    seen.Add((type, (string)metadata["name"]!, long.Parse(version, CultureInfo.InvariantCulture)));
                }

                if (end.IsCompleted && long.Parse(version, CultureInfo.InvariantCulture) >= await end)
                {
                    break;
                }
            }
        }

        return seen;
    }

    private static async Task<string> ListAsync(HttpClient http) =>
        (string)JsonNode.Parse(await http.GetStringAsync(new Uri($"{Collection}?limit=1", UriKind.Relative)))!["metadata"]!["resourceVersion"]!;

    /// <summary>What the store itself says happened, told while it happens.</summary>
    private static async Task<List<(string Type, string Name, long Revision)>> TruthAsync(IObjectStore store, long after, Task<long> end)
    {
        var all = new List<(string Type, string Name, long Revision)>();
        while (true)
        {
            using var changes = store.Subscribe("configmaps", "default", all.Count == 0 ? after : all[^1].Revision);
            try
            {
                while (true)
                {
                    foreach (var change in await changes.ReadAsync(TestContext.Current.CancellationToken))
                    {
                        var type = change.Type switch { ChangeType.Created => "ADDED", ChangeType.Deleted => "DELETED", _ => "MODIFIED" };
                        all.Add((type, change.Object.Key.Name, change.Revision));
                        if (change.Object.Key.Name == "the-last")
                        {
                            Assert.Equal(await end, change.Revision);
                            return all;
                        }
                    }
                }
            }
            catch (SubscriptionLaggedException)
            {
                // This reader is not spared what watchers are not; it goes on from where it was.
            }
        }
    }

    /// <summary>Between two lists a watcher sees exactly what there was after the one revision, up to where it listed again.</summary>
    private static void AssertFollows(List<(string Type, string Name, long Revision)> expected, List<(string Type, string Name, long Revision)?> seen)
    {
        var position = 0;
        foreach (var item in seen)
        {
            switch (item)
            {
                case null:
                    continue;
                case { Type: "LIST" } list:
                    position = expected.FindIndex(e => e.Revision > list.Revision);
                    position = position < 0 ? expected.Count : position;
                    break;
                case { } change:
                    Assert.Equal(expected[position++], change);
                    break;
            }
        }

        Assert.Equal(expected.Count, position);
    }

    private static StringContent Body(string name, string value) =>
        new($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"key":"{{{value}}}"}}""", Encoding.UTF8, "application/json");
}

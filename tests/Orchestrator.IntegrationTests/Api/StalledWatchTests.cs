using System.Net;
using k8s;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>A client that opens a watch and does not read.</summary>
public sealed class StalledWatchTests(PostgresFixture postgres)
{
    private const string Watches = "/api/v1/namespaces/default/configmaps?watch=true";

    /// <summary>More than the sockets between hold.</summary>
    private const int Objects = 24;

    [Fact]
    public async Task A_watch_whose_client_stops_reading_is_cut_and_one_that_reads_is_not()
    {
        await using var server = await TestServer.StartAsync(postgres);
        var options = server.Services.GetRequiredService<ApiOptions>();
        options.WatchWriteTimeout = TimeSpan.FromSeconds(4);
        options.MaxWatches = 1;
        using var client = server.Client();
        for (var i = 0; i < Objects; i++)
        {
            await client.CreateNamespacedConfigMapAsync(ClientTests.Settings($"large-{i}", new string('x', 900_000)), "default");
        }

        using var stalled = server.Http();
        using var answer = await stalled.GetAsync(Watches, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        using var other = server.Http();
        using var served = await Eventually.GetAsync(() => OpenAsync(other), "room for another watch, once the stalled one is cut");
        using var lively = new StreamReader(await served.Content.ReadAsStreamAsync());
        await ReadAsync(lively, Objects);

        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await Assert.ThrowsAnyAsync<IOException>(async () => await ReadAsync(events, Objects));
    }

    private static async Task ReadAsync(StreamReader events, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _ = await events.ReadLineAsync() ?? throw new IOException("the watch ended");
        }
    }

    private static async Task<HttpResponseMessage?> OpenAsync(HttpClient http)
    {
        var response = await http.GetAsync(Watches, HttpCompletionOption.ResponseHeadersRead);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        response.Dispose();
        return null;
    }
}

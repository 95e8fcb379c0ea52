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
        server.Services.GetRequiredService<ApiOptions>().WatchWriteTimeout = TimeSpan.FromSeconds(4);
        using var client = server.Client();
        for (var i = 0; i < Objects; i++)
        {
            await client.CreateNamespacedConfigMapAsync(ClientTests.Settings($"large-{i}", new string('x', 900_000)), "default");
        }

        using var stalled = server.Http();
        using var answer = await stalled.GetAsync(Watches, HttpCompletionOption.ResponseHeadersRead);
        await Eventually.TrueAsync(async () => await OpenAsync(server) == 0, "the stalled watch to be cut");
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await Assert.ThrowsAnyAsync<IOException>(async () => await ReadAsync(events, Objects));

        using var lively = server.Http();
        using var read = new StreamReader(await lively.GetStreamAsync(Watches));
        await ReadAsync(read, Objects);
        await Eventually.TrueAsync(async () => await OpenAsync(server) == 1, "the other watch to be open");
    }

    private static async Task ReadAsync(StreamReader events, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _ = await events.ReadLineAsync() ?? throw new IOException("the watch ended");
        }
    }

    /// <summary>Watches of ConfigMaps that are open, as the metrics say.</summary>
    private static async Task<int> OpenAsync(TestServer server)
    {
        using var http = server.Http();
        var lines = (await http.GetStringAsync("/metrics")).Split('\n');
        var line = lines.LastOrDefault(l => l.StartsWith("orchestrator_api_watches", StringComparison.Ordinal) && l.Contains("resource=\"configmaps\"", StringComparison.Ordinal));
        return line is null ? -1 : (int)double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}

using System.Text;
using Orchestrator.Store;
using Orchestrator.Testing.Postgres;

namespace Orchestrator.IntegrationTests.Store;

public sealed class ExplanationTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_latest_decision_of_a_pod_replaces_earlier_ones()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync();
        await store.SaveAsync([Record("u", 1, "first")]);
        await store.SaveAsync([Record("u", 3, "third"), Record("u", 2, "second")]);

        var found = await store.FindAsync("u");

        Assert.Equal("third", Encoding.UTF8.GetString(found!.Body.Span));
        Assert.Equal(Noon.AddSeconds(3), found.DecidedAt);
        Assert.Null(await store.FindAsync("unknown"));
    }

    [Fact]
    public async Task The_oldest_go_when_there_are_too_many()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync(o => o with { MaxExplanations = 10 });
        for (var i = 0; i < 30; i++)
        {
            await store.SaveAsync([Record($"u{i}", i, "x")]);
        }

        Assert.Null(await store.FindAsync("u19"));
        Assert.NotNull(await store.FindAsync("u20"));
        Assert.NotNull(await store.FindAsync("u29"));
    }

    [Fact]
    public async Task One_that_is_too_large_is_refused()
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        var store = await session.OpenAsync(o => o with { MaxExplanationBytes = 3 });

        await Assert.ThrowsAsync<ArgumentException>(async () => await store.SaveAsync([Record("u", 0, "four")]));
    }

    private static ExplanationRecord Record(string uid, int second, string body) =>
        new(uid, "default", "pod", Noon.AddSeconds(second), Encoding.UTF8.GetBytes(body));
}

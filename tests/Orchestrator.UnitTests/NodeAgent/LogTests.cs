using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agent.Logs;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class LogTests
{
    [Fact]
    public void An_entry_has_a_time_a_tag_and_a_text_that_may_be_empty()
    {
        Assert.True(LogLine.TryParse("2026-01-02T03:04:05.000000006Z stdout F hello world"u8.ToArray(), out var line));
        Assert.Equal("hello world", Encoding.UTF8.GetString(line.Text.Span));
        Assert.False(line.IsPartial);
        Assert.True(LogLine.TryParse("2026-01-02T03:04:05Z stderr P "u8.ToArray(), out var partial));
        Assert.True(partial.IsPartial);
        Assert.True(partial.Text.IsEmpty);
        Assert.False(LogLine.TryParse("garbage"u8.ToArray(), out _));
        Assert.False(LogLine.TryParse("2026-01-02T03:04:05Z stdout X text"u8.ToArray(), out _));
    }

    [Fact]
    public Task The_tail_begins_where_a_naive_count_says() =>
        Gen.Select(Gen.Select(Gen.Bool, Gen.Int[0, 40_000]).List[0, 20], Gen.Int[0, 25]).SampleAsync(
            async (entries, wanted) =>
            {
                var text = string.Concat(entries.Select(e => $"2026-01-02T03:04:05.123456789Z stdout {(e.Item1 ? 'P' : 'F')} {new string('x', e.Item2)}\n"));
                using var log = new MemoryStream(Encoding.ASCII.GetBytes(text));
                Assert.Equal(NaiveOffset(entries, wanted, text), (await LogTail.FindAsync(log, wanted, CancellationToken.None)).Offset);
            },
            iter: 200);

    [Fact]
    public void Options_are_checked_by_name()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddHours(1));
        var query = LogQuery.Parse(Query("?follow=true&tailLines=5&sinceSeconds=60&timestamps=1"), time);
        Assert.True(query.Follow);
        Assert.Equal(5, query.TailLines);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(59), query.Since);
        Assert.True(query.Timestamps);
        Assert.Contains("tailLines", Assert.Throws<FormatException>(() => LogQuery.Parse(Query("?tailLines=-1"), time)).Message);
        Assert.Contains("sinceTime", Assert.Throws<FormatException>(() => LogQuery.Parse(Query("?sinceTime=soon"), time)).Message);
        Assert.Contains("limitBytes", Assert.Throws<FormatException>(() => LogQuery.Parse(Query("?limitBytes=0"), time)).Message);
    }

    private static long NaiveOffset(List<(bool IsPartial, int Length)> entries, int wanted, string text)
    {
        if (wanted == 0)
        {
            return text.Length;
        }

        var starts = new List<int>();
        var position = 0;
        var atStart = true;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (atStart)
            {
                starts.Add(position);
            }

            atStart = !line.Contains(" P ", StringComparison.Ordinal);
            position += line.Length + 1;
        }

        return starts.Count <= wanted ? 0 : starts[^wanted];
    }

    private static IQueryCollection Query(string text)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(text);
        return context.Request.Query;
    }
}

using System.Text;
using CsCheck;
using Orchestrator.Agent.Runtimes.Qemu.Logs;

namespace Orchestrator.UnitTests.Qemu;

public sealed class LogTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Lines_are_whole_and_the_unfinished_one_waits()
    {
        var (taken, text) = Format("one\ntwo", isLast: false);
        Assert.Equal(4, taken);
        Assert.Equal("2026-01-02T03:04:05.000000000Z stdout F one\n", text);
        Assert.Equal("2026-01-02T03:04:05.000000000Z stdout P two\n", Format("two", isLast: true).Text);
    }

    [Fact]
    public void A_log_tells_how_much_of_each_stream_is_in_it()
    {
        Gen.Select(Gen.String[Gen.Char["aF \n"], 0, 200], Gen.Int[0, 60]).Sample((raw, torn) =>
        {
            var (taken, text) = Format(raw, isLast: false);
            using var log = new MemoryStream(Encoding.ASCII.GetBytes(text + "2026-01-02T03:04:05.000000000Z stdout F torn"[..Math.Min(torn, 40)]));
            var position = LogPosition.Recover(log, null);
            Assert.Equal((text.Length, taken, 0), (position.LogBytes, position.StandardOutputBytes, position.StandardErrorBytes));
        });
    }

    [Fact]
    public void Long_lines_are_split_without_loss()
    {
        var raw = new string('x', (CriLines.MostContentBytes * 2) + 5) + "\n";
        var (taken, text) = Format(raw, isLast: false);
        Assert.Equal(raw.Length, taken);
        Assert.Equal(["P", "P", "F"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[2]));
    }

    private static (int Taken, string Text) Format(string raw, bool isLast)
    {
        using var output = new MemoryStream();
        var taken = CriLines.Format(Encoding.ASCII.GetBytes(raw), CriLines.StandardOutput, Time, isLast, output);
        return (taken, Encoding.ASCII.GetString(output.ToArray()));
    }
}

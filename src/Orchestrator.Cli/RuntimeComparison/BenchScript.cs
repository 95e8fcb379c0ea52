using System.Globalization;

namespace Orchestrator.Cli.RuntimeComparison;

/// <summary>
/// The workload that all runtimes get, a script for busybox: it says which kernel it sees, works with the processor, writes to disk, and stays. Times are those of
/// its own clock (<c>/proc/uptime</c>, hundredths of a second), so that nothing between it and its reader counts.
/// </summary>
internal static class BenchScript
{
    public const string Text = """
        echo "bench begun"
        echo "bench kernel $(uname -sr)"
        echo "bench boot $(cat /proc/sys/kernel/random/boot_id)"
        echo "bench processes $(ls -d /proc/[0-9]* | wc -l)"
        now() { read -r up rest < /proc/uptime; echo "${up%.*}${up#*.}"; }
        a=$(now); i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done; b=$(now)
        echo "bench cpu $((b - a))"
        a=$(now); dd if=/dev/zero of=/bench.data bs=65536 count=512 conv=fsync 2> /dev/null; b=$(now); rm -f /bench.data
        echo "bench write $((b - a))"
        echo "bench done"
        trap 'exit 0' TERM
        while true; do sleep 1; done
        """;

    /// <summary>The value after a word in what the script wrote; null where it is not there (yet).</summary>
    public static string? Value(string log, string name)
    {
        var prefix = $"bench {name}";
        var line = log.Split('\n').FirstOrDefault(l => l.StartsWith(prefix, StringComparison.Ordinal));
        return line?[prefix.Length..].Trim();
    }

    /// <summary>Milliseconds of a time that the script wrote.</summary>
    public static double? Milliseconds(string log, string name) =>
        long.TryParse(Value(log, name), NumberStyles.None, CultureInfo.InvariantCulture, out var hundredths) ? hundredths * 10.0 : null;
}

using System.Globalization;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>Numbers of the signals that images name to be asked to end by (signal(7), x86).</summary>
internal static class StopSignals
{
    public const int Terminate = 15;
    public const int Kill = 9;

    // From 1 on.
    private static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
        "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    private const int FirstRealTime = 34;
    private const int LastRealTime = 64;

    /// <summary>The number of <c>SIGQUIT</c>, <c>QUIT</c>, <c>3</c> or <c>SIGRTMIN+3</c>; what is not known is SIGTERM, as with containers.</summary>
    public static int Parse(string? name)
    {
        var plain = (name ?? "").ToUpperInvariant();
        plain = plain.StartsWith("SIG", StringComparison.Ordinal) ? plain[3..] : plain;
        if (int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number is > 0 and <= LastRealTime ? number : Terminate;
        }

        if (plain.StartsWith("RTMIN", StringComparison.Ordinal))
        {
            return int.TryParse(plain[5..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var more) && more is >= 0 and <= LastRealTime - FirstRealTime ? FirstRealTime + more
                : plain.Length == 5 ? FirstRealTime : Terminate;
        }

        return Array.IndexOf(Names, plain) is var index and >= 0 ? index + 1 : Terminate;
    }
}

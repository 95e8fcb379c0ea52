namespace Orchestrator.Cli.Lab.Processes;

/// <summary>How long to wait before a process that ended is started again: not at all the first time, then 1 s doubling to 30 s; a minute's run starts over.</summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettledAfter = TimeSpan.FromMinutes(1);
    private TimeSpan _next = TimeSpan.Zero;

    /// <summary>The delay before the next start, after a run of the given length.</summary>
    public TimeSpan After(TimeSpan run)
    {
        var delay = run >= SettledAfter ? TimeSpan.Zero : _next;
        var doubled = delay == TimeSpan.Zero ? First : delay * 2;
        _next = doubled < Longest ? doubled : Longest;
        return delay;
    }
}

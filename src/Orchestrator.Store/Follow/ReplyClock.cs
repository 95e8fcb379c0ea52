namespace Orchestrator.Store.Follow;

/// <summary>When the database last answered, and whether its last answer was a failure.</summary>
internal sealed class ReplyClock(TimeProvider time)
{
    private long _lastReply = time.GetTimestamp();
    private string? _problem = "not connected yet";

    public string? Problem => Volatile.Read(ref _problem);

    public TimeSpan SinceReply => time.GetElapsedTime(Volatile.Read(ref _lastReply));

    public void Note()
    {
        Volatile.Write(ref _lastReply, time.GetTimestamp());
        Volatile.Write(ref _problem, null);
    }

    public void NoteFailure(Exception e) => Volatile.Write(ref _problem, e.Message);
}

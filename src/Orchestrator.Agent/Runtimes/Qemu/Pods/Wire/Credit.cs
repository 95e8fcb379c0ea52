namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

/// <summary>How many bytes may still be sent; senders wait while there are none.</summary>
internal sealed class Credit(int bytes)
{
    private readonly Lock _gate = new();
    private int _bytes = bytes;
    private TaskCompletionSource? _waiting;

    /// <summary>Takes some of what is there, at most <paramref name="most"/>.</summary>
    public async ValueTask<int> TakeAsync(int most, CancellationToken cancel)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_bytes > 0)
                {
                    var taken = Math.Min(_bytes, most);
                    _bytes -= taken;
                    return taken;
                }

                more = (_waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await more.WaitAsync(cancel);
        }
    }

    public void Give(int bytes)
    {
        lock (_gate)
        {
            _bytes += bytes;
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }
}

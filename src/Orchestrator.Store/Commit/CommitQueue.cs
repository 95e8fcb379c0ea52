using System.Threading.Channels;

namespace Orchestrator.Store.Commit;

/// <summary>Requests on their way to the writer, bounded.</summary>
internal sealed class CommitQueue(int capacity)
{
    private readonly Channel<CommitRequest> _waiting = Channel.CreateBounded<CommitRequest>(
        new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private CommitRequest? _leftOver;
    private int _isWoken;

    /// <exception cref="ChannelClosedException">The store is stopping.</exception>
    public ValueTask EnqueueAsync(CommitRequest request, CancellationToken cancel) => _waiting.Writer.WriteAsync(request, cancel);

    /// <summary>Fills the batch with what is waiting, at least one; false when the queue is closed and empty.</summary>
    public async ValueTask<bool> FillAsync(CommitBatch batch)
    {
        while (batch.Requests.Count == 0)
        {
            if (_leftOver is null && !await _waiting.Reader.WaitToReadAsync())
            {
                return false;
            }

            Drain(batch);
        }

        return true;
    }

    /// <summary>Has the writer come round, with a batch of no mutations where nothing is waiting. Many calls until it does are one.</summary>
    public void Wake()
    {
        // A full queue keeps the writer busy enough.
        if (Interlocked.Exchange(ref _isWoken, 1) == 0 && !_waiting.Writer.TryWrite(CommitRequest.Empty()))
        {
            Volatile.Write(ref _isWoken, 0);
        }
    }

    public void Close() => _waiting.Writer.TryComplete();

    private void Drain(CommitBatch batch)
    {
        Volatile.Write(ref _isWoken, 0);
        while (TryTake(out var request))
        {
            if (!request.IsOver && !batch.TryAdd(request))
            {
                _leftOver = request;
                return;
            }
        }
    }

    private bool TryTake(out CommitRequest request)
    {
        if (_leftOver is { } left)
        {
            (request, _leftOver) = (left, null);
            return true;
        }

        return _waiting.Reader.TryRead(out request!);
    }
}

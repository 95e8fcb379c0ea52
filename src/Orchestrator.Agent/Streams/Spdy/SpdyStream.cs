namespace Orchestrator.Agent.Streams.Spdy;

/// <summary>One stream of a SPDY connection.</summary>
public sealed class SpdyStream : ByteChannel
{
    private readonly SpdyConnection _connection;
    private readonly TaskCompletionSource _replied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _sentEnd;
    private bool _receivedEnd;
    private bool _isReset;

    internal SpdyStream(SpdyConnection connection, int id, IReadOnlyDictionary<string, string> headers)
    {
        _connection = connection;
        Id = id;
        Headers = headers;
    }

    public int Id { get; }

    /// <summary>What the stream was opened with.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Completes when the peer has accepted the stream; fails with <see cref="IOException"/> if it has refused it or gone.</summary>
    internal Task Replied => _replied.Task;

    internal bool IsFinished => _isReset || (_sentEnd && _receivedEnd);

    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        if (_isReset || _sentEnd)
        {
            throw new IOException($"stream {Id} has been ended");
        }

        await _connection.SendDataAsync(this, data, isLast: false, cancel);
    }

    public override async ValueTask CompleteAsync(CancellationToken cancel)
    {
        if (_isReset || _sentEnd)
        {
            return;
        }

        _sentEnd = true;
        await _connection.SendDataAsync(this, default, isLast: true, cancel);
    }

    /// <summary>Lets go of the stream once both sides have been told all there is: a peer that never ends its direction would otherwise keep it open.</summary>
    internal void Abandon()
    {
        Input.Complete();
        _isReset = true;
        _connection.Forget(this);
    }

    internal void ReceiveReply() => _replied.TrySetResult();

    /// <summary>The peer has sent FIN.</summary>
    internal void ReceiveFin()
    {
        _receivedEnd = true;
        ReceiveEnd();
    }

    /// <summary>The peer or the loss of the connection has ended the stream. Its reader sees an end: whoever resets has said all it had to say.</summary>
    internal void ReceiveReset(string why)
    {
        _isReset = true;
        _replied.TrySetException(new IOException(why));
        // Nobody may be waiting for the reply, and an unobserved failure would be reported as a bug.
        _ = _replied.Task.Exception;
        ReceiveEnd();
    }
}

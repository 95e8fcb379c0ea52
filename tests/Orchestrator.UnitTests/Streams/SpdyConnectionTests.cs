using System.IO.Pipelines;
using CsCheck;
using Orchestrator.Agent.Streams.Spdy;

namespace Orchestrator.UnitTests.Streams;

/// <summary>Two ends of one connection in memory, and one end against arbitrary bytes.</summary>
public sealed class SpdyConnectionTests
{
    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal) { ["streamType"] = "data" };

    [Fact]
    public async Task Streams_carry_bytes_both_ways_and_end_each_direction_by_itself()
    {
        await using var pair = new ConnectedPair(SpdyLimits.Default);
        var mine = await pair.Client.OpenAsync(Headers, CancellationToken.None);
        await mine.Replied;
        var theirs = await pair.Server.Accepted.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("data", theirs.Header("streamtype"));
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        var sending = Task.Run(async () =>
        {
            await mine.WriteAsync(sent, CancellationToken.None);
            await mine.CompleteAsync(CancellationToken.None);
        });
        // Its echo comes while it is still being sent.
        var echoing = theirs.CopyToAsync(theirs, CancellationToken.None);
        Assert.Equal(sent, await mine.ReadToEndAsync(sent.Length + 1, CancellationToken.None));
        await sending;
        await echoing;
        await Assert.ThrowsAsync<IOException>(async () => await mine.WriteAsync(sent, CancellationToken.None));
    }

    [Fact]
    public async Task More_streams_than_allowed_are_refused_and_the_others_go_on()
    {
        await using var pair = new ConnectedPair(SpdyLimits.Default with { MaxStreams = 1 });
        var first = await pair.Client.OpenAsync(Headers, CancellationToken.None);
        await first.Replied;
        var second = await pair.Client.OpenAsync(Headers, CancellationToken.None);
        await Assert.ThrowsAsync<IOException>(() => second.Replied);
        var theirs = await pair.Server.Accepted.ReadAsync(TestContext.Current.CancellationToken);
        await theirs.WriteAsync(new byte[] { 7 }, CancellationToken.None);
        await theirs.CompleteAsync(CancellationToken.None);
        Assert.Equal([7], await first.ReadToEndAsync(10, CancellationToken.None));
    }

    [Fact]
    public async Task Streams_end_with_the_connection()
    {
        await using var pair = new ConnectedPair(SpdyLimits.Default);
        var mine = await pair.Client.OpenAsync(Headers, CancellationToken.None);
        await mine.Replied;
        await pair.CloseAsync();
        Assert.Empty(await mine.ReadToEndAsync(10, CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(async () => await mine.WriteAsync(new byte[1], CancellationToken.None));
    }

    [Fact]
    public async Task A_ping_is_answered_with_itself()
    {
        var input = new Pipe();
        await input.Writer.WriteAsync(SpdyFrames.Ping(5), TestContext.Current.CancellationToken);
        await input.Writer.CompleteAsync();
        using var output = new MemoryStream();
        await using var connection = new SpdyConnection(new DuplexStream(input.Reader.AsStream(), output), SpdyRole.Server, SpdyLimits.Default, TimeProvider.System);
        await connection.RunAsync(CancellationToken.None);
        Assert.Equal("800300060000000400000005", Convert.ToHexStringLower(output.ToArray()));
    }

    [Fact]
    public Task Arbitrary_bytes_end_a_connection_and_nothing_else() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Bool).SampleAsync(async (bytes, begins) =>
        {
            byte[] input = begins ? [.. SpdyFrames.SynStream(1, 0, new SpdyHeaderWriter().Write(Headers)), .. bytes] : bytes;
            await using var connection = new SpdyConnection(new DuplexStream(new MemoryStream(input), Stream.Null), SpdyRole.Server, SpdyLimits.Default, TimeProvider.System);
            try
            {
                await connection.RunAsync(CancellationToken.None);
            }
            catch (SpdyException)
            {
                // The only way in which it may fail.
            }
        });

    /// <summary>A client and a server that read all the time.</summary>
    private sealed class ConnectedPair : IAsyncDisposable
    {
        private readonly Pipe _toServer = new();
        private readonly Pipe _toClient = new();
        private readonly Task[] _reading;

        public ConnectedPair(SpdyLimits serverLimits)
        {
            Client = new SpdyConnection(new DuplexStream(_toClient.Reader.AsStream(), _toServer.Writer.AsStream()), SpdyRole.Client, SpdyLimits.Default, TimeProvider.System);
            Server = new SpdyConnection(new DuplexStream(_toServer.Reader.AsStream(), _toClient.Writer.AsStream()), SpdyRole.Server, serverLimits, TimeProvider.System);
            _reading = [Client.RunAsync(CancellationToken.None), Server.RunAsync(CancellationToken.None)];
        }

        public SpdyConnection Client { get; }

        public SpdyConnection Server { get; }

        public async Task CloseAsync()
        {
            await _toServer.Writer.CompleteAsync();
            await _toClient.Writer.CompleteAsync();
            await Task.WhenAll(_reading);
        }

        public async ValueTask DisposeAsync()
        {
            await CloseAsync();
            await Client.DisposeAsync();
            await Server.DisposeAsync();
        }
    }

    private sealed class DuplexStream(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await output.WriteAsync(buffer, cancellationToken);
            await output.FlushAsync(cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

        public override void Flush() => output.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

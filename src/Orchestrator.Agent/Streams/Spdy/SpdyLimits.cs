namespace Orchestrator.Agent.Streams.Spdy;

/// <summary>What a peer may ask of one SPDY connection.</summary>
public sealed record SpdyLimits
{
    public static readonly SpdyLimits Default = new();

    /// <summary>Streams open at once; more are refused. A forwarded port takes two for each of its connections.</summary>
    public int MaxStreams { get; init; } = 1024;

    /// <summary>Longest control frame, without its head.</summary>
    public int MaxControlFrameBytes { get; init; } = 64 * 1024;

    /// <summary>Longest header block, decompressed: a small frame can otherwise become gigabytes.</summary>
    public int MaxHeaderBlockBytes { get; init; } = 64 * 1024;

    /// <summary>Headers of one stream.</summary>
    public int MaxHeaders { get; init; } = 64;

    /// <summary>Time without a frame after which the connection is ended, as kubelet's streamingConnectionIdleTimeout.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(4);
}

using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Streams.Commands;

/// <summary>The client of an exec or attach, its connection upgraded and its streams open.</summary>
internal interface ICommandClient : IAsyncDisposable
{
    CommandStreams Streams { get; }

    /// <summary>Whether how the command ended is told as a <c>Status</c>; else as text, and only where it failed.</summary>
    bool HasStatus { get; }

    /// <summary>Signalled when the client has gone.</summary>
    CancellationToken Gone { get; }

    /// <summary>Tells the client that it has everything, and gives it the time to close.</summary>
    Task FinishAsync(CancellationToken cancel);
}

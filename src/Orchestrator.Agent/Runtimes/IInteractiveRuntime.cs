using Orchestrator.Agent.Streams;

namespace Orchestrator.Agent.Runtimes;

/// <summary>What a runtime offers besides <see cref="IPodRuntime"/> where one can get into its containers while they run. Failures are those of <see cref="IPodRuntime"/>.</summary>
public interface IInteractiveRuntime
{
    /// <summary>Runs a command in a running container.</summary>
    Task<ICommandSession> ExecAsync(string containerId, IReadOnlyList<string> command, CommandOptions options, CancellationToken cancel);

    /// <summary>Runs a command in a running container to its end.</summary>
    /// <exception cref="RuntimeRefusalException">It cannot be run.</exception>
    /// <exception cref="OperationCanceledException">It took longer than <paramref name="timeout"/>, or was given up.</exception>
    Task<CommandResult> RunAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancel);

    /// <summary>Joins the streams of a running container's own process.</summary>
    Task<ICommandSession> AttachAsync(string containerId, CommandOptions options, CancellationToken cancel);

    /// <summary>Opens a way to the ports of a sandbox.</summary>
    Task<IPortSession> ForwardAsync(string sandboxId, CancellationToken cancel);
}

/// <summary>How a command ended, with what it wrote to standard output and then to standard error.</summary>
public sealed record CommandResult(int ExitCode, byte[] Output);

/// <summary>Which streams are asked for. With a terminal there is no separate standard error.</summary>
public sealed record CommandOptions(bool Stdin, bool Stdout, bool Stderr, bool Tty);

/// <summary>
/// The streams of one command, seen from whoever holds the other end; null where not asked for. Input and resize are written, the others read, on the
/// runtime's side, and the reverse on the client's.
/// </summary>
/// <param name="Resize">JSON documents <c>{"Width":80,"Height":24}</c>, one after another.</param>
/// <param name="Error">One <c>Status</c> when the command has ended: Success, or Failure with reason NonZeroExitCode and the exit code as a cause.</param>
public sealed record CommandStreams(ByteChannel? Stdin, ByteChannel? Stdout, ByteChannel? Stderr, ByteChannel? Resize, ByteChannel Error);

/// <summary>A command that runs. Disposing it lets go of its streams.</summary>
public interface ICommandSession : IAsyncDisposable
{
    CommandStreams Streams { get; }
}

/// <summary>A way to the ports of one sandbox. Disposing it ends all connections.</summary>
public interface IPortSession : IAsyncDisposable
{
    /// <summary>Connects to a port on the sandbox's loopback. What goes wrong is written to the error channel, as text.</summary>
    Task<(ByteChannel Data, ByteChannel Error)> OpenAsync(int port, CancellationToken cancel);
}

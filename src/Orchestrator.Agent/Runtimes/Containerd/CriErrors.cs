using Grpc.Core;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>The one place where gRPC's errors become the agent's.</summary>
internal static class CriErrors
{
    /// <summary>Whether the call may succeed when repeated, without anything having been changed.</summary>
    public static bool IsUnavailable(RpcException error) =>
        error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Aborted;

    /// <param name="error">What the call threw.</param>
    /// <param name="reason">Reason of the refusal, where the daemon itself answered.</param>
    /// <param name="what">What was being done, for the message.</param>
    public static Exception Translate(RpcException error, string reason, string what) => error.StatusCode switch
    {
        StatusCode.Cancelled => new OperationCanceledException($"{what} was cancelled", error),
        _ when IsUnavailable(error) => new RuntimeUnavailableException($"containerd: {what}: {error.Status.Detail}", error),
        _ => new RuntimeRefusalException(reason, $"{what}: {error.Status.Detail}", error),
    };
}

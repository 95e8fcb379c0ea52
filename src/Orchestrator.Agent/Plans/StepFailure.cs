namespace Orchestrator.Agent.Plans;

/// <summary>The last failure to do a step, for a container or (under the empty name) the sandbox; forgotten when the step succeeds.</summary>
/// <param name="Reason">See <see cref="Runtimes.WaitingReasons"/>.</param>
/// <param name="Failures">In a row.</param>
/// <param name="RetryAt">The step is not planned before.</param>
public sealed record StepFailure(string Reason, string Message, int Failures, DateTimeOffset RetryAt);

/// <summary>Why a container does not run (yet).</summary>
public sealed record WaitingState(string Reason, string? Message);

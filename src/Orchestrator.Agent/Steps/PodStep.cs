using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Steps;

/// <summary>
/// One thing to do for a pod. Data that plans are made of, plus how to do it. Every step can be repeated: one that was cut short by a crash
/// is planned again, finds out whether it is still needed, and completes.
/// </summary>
/// <param name="Container">Container it concerns; empty for the sandbox.</param>
public abstract record PodStep(string Container)
{
    /// <summary>Time after which the step is given up and counted as failed.</summary>
    public abstract TimeSpan Timeout { get; }

    /// <summary>Whether the pod, as observed just now, still lacks what this step brings about.</summary>
    public abstract bool IsNeeded(PodSandboxes observed);

    /// <summary>Does it.</summary>
    /// <exception cref="RuntimeRefusalException">The runtime says no.</exception>
    /// <exception cref="RuntimeUnavailableException">The runtime cannot be asked.</exception>
    public abstract Task DoAsync(StepContext context, CancellationToken cancel);

    /// <summary>Whether the step has had its effect, observed after it was done.</summary>
    public virtual bool Verify(PodSandboxes observed) => !IsNeeded(observed);
}

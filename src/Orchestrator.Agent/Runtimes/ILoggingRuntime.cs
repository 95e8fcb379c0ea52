namespace Orchestrator.Agent.Runtimes;

/// <summary>What a runtime offers besides <see cref="IPodRuntime"/> where it writes logs itself, to files that can be taken away from it.</summary>
public interface ILoggingRuntime
{
    /// <summary>Has the runtime open the log of a running container anew, by the path it was given: after the file there was renamed. Failures are those of <see cref="IPodRuntime"/>.</summary>
    Task ReopenLogAsync(string containerId, CancellationToken cancel);
}

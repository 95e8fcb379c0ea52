using System.Collections.Immutable;

namespace Orchestrator.Agent.Runtimes.Simulated;

/// <summary>A sandbox that is not there, and what its containers would be doing.</summary>
internal sealed record SimulatedSandbox(string Id, string PodUid, string PodNamespace, string PodName, int Attempt, string? Ip, DateTimeOffset CreatedAt, SimulatedBehaviour Behaviour)
{
    public ImmutableArray<SimulatedContainer> Containers { get; init; } = [];

    public ObservedSandbox Observe(DateTimeOffset now) =>
        new(Id, PodUid, PodNamespace, PodName, Attempt, Ready: true, Ip, CreatedAt, [.. Containers.Select(c => c.Observe(Behaviour, now))]);

    public SimulatedSandbox With(SimulatedContainer container) => this with
    {
        Containers = Containers.Any(c => c.Id == container.Id) ? [.. Containers.Select(c => c.Id == container.Id ? container : c)] : Containers.Add(container),
    };
}

/// <summary>A container that is not there.</summary>
internal sealed record SimulatedContainer(string Id, string Name, int Attempt, string Image, string ImageId, DateTimeOffset? StartedAt, DateTimeOffset? StoppedAt)
{
    // As of a process that ends when it is asked to.
    private const int ExitCodeWhenStopped = 143;

    public ObservedContainer Observe(SimulatedBehaviour behaviour, DateTimeOffset now)
    {
        var byItself = StartedAt + behaviour.RunFor is { } end && end <= now ? end : (DateTimeOffset?)null;
        var endedAt = byItself is { } own && (StoppedAt is null || own < StoppedAt) ? own : StoppedAt;
        var state = StartedAt is null ? ContainerState.Created : endedAt is null ? ContainerState.Running : ContainerState.Exited;
        var exitCode = state != ContainerState.Exited ? 0 : endedAt == byItself ? behaviour.ExitCode : ExitCodeWhenStopped;
        var reason = state != ContainerState.Exited ? null : exitCode == 0 ? "Completed" : "Error";
        return new ObservedContainer(Id, Name, Attempt, Image, ImageId, state, exitCode, reason, Message: null, StartedAt, state == ContainerState.Exited ? endedAt : null, Pid: null);
    }
}

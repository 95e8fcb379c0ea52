using System.Collections.Immutable;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Steps;

/// <summary>All sandboxes of one pod. The one with the highest attempt counts; others are left over from a crash or a lost sandbox.</summary>
public sealed record PodSandboxes(ImmutableArray<ObservedSandbox> All)
{
    public static readonly PodSandboxes None = new([]);

    public ObservedSandbox? Current => All.MaxBy(s => s.Attempt);

    public IEnumerable<ObservedSandbox> Stale => All.Where(s => s.Id != Current!.Id);

    public ObservedContainer? Find(string container, int attempt) =>
        Current?.Containers.FirstOrDefault(c => c.Name == container && c.Attempt == attempt);

    public ObservedContainer? FindId(string id) => All.SelectMany(s => s.Containers).FirstOrDefault(c => c.Id == id);
}

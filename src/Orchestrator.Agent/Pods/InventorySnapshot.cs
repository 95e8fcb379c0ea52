using System.Collections.Immutable;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Steps;

namespace Orchestrator.Agent.Pods;

/// <param name="IsCurrent">False while the runtime does not answer; then the sandboxes are those last seen.</param>
public sealed record RuntimeView(IPodRuntime Runtime, bool IsCurrent, ImmutableArray<ObservedSandbox> Sandboxes);

/// <summary>One look at all runtimes.</summary>
public sealed record InventorySnapshot(ImmutableArray<RuntimeView> Runtimes)
{
    public static readonly InventorySnapshot Empty = new([]);

    /// <summary>The pod's sandboxes in one runtime.</summary>
    public PodSandboxes Of(string podUid, IPodRuntime runtime) =>
        new([.. Runtimes.Where(v => v.Runtime == runtime).SelectMany(v => v.Sandboxes).Where(s => s.PodUid == podUid)]);

    public bool IsCurrent(IPodRuntime runtime) => Runtimes.Any(v => v.Runtime == runtime && v.IsCurrent);

    /// <summary>The runtime that holds sandboxes of the pod, if any.</summary>
    public IPodRuntime? HolderOf(string podUid) => Runtimes.FirstOrDefault(v => v.Sandboxes.Any(s => s.PodUid == podUid))?.Runtime;

    public IEnumerable<string> PodUids => Runtimes.SelectMany(v => v.Sandboxes).Select(s => s.PodUid).Distinct(StringComparer.Ordinal);

    /// <summary>Uids of the pods that look different in <paramref name="after"/>.</summary>
    public IReadOnlyCollection<string> Differences(InventorySnapshot after)
    {
        var mine = Fingerprints();
        var theirs = after.Fingerprints();
        return
        [
            .. mine.Keys.Union(theirs.Keys, StringComparer.Ordinal)
                .Where(uid => mine.GetValueOrDefault(uid) != theirs.GetValueOrDefault(uid)),
        ];
    }

    private Dictionary<string, string> Fingerprints() => Runtimes
        .SelectMany(v => v.Sandboxes)
        .GroupBy(s => s.PodUid, StringComparer.Ordinal)
        .ToDictionary(
            g => g.Key,
            g => string.Join(';', g.OrderBy(s => s.Id, StringComparer.Ordinal).Select(s => $"{s.Id}{s.Ready}{s.Ip}:{Containers(s)}:{string.Join(',', s.Conditions)}")),
            StringComparer.Ordinal);

    private static string Containers(ObservedSandbox sandbox) =>
        string.Join(',', sandbox.Containers.OrderBy(c => c.Id, StringComparer.Ordinal).Select(c => $"{c.Id}{c.State}{c.Pid}"));
}

using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Store;

namespace Orchestrator.Grains.Autoscaling;

/// <summary>What the plan of an autoscaler is made from.</summary>
/// <param name="Stored">The HorizontalPodAutoscaler.</param>
/// <param name="Json">The same, parsed; the plan alters it.</param>
/// <param name="Target">What it scales; null where there is no such object.</param>
/// <param name="CurrentReplicas">What the target asks for now.</param>
/// <param name="Pods">Pods that the target selects.</param>
/// <param name="Usage">What they use, by uid.</param>
/// <param name="Memory">What was recommended and done before.</param>
/// <param name="Now">The time.</param>
internal sealed record AutoscalerView(
    StoredObject Stored,
    JsonObject Json,
    ScaleTarget? Target,
    long CurrentReplicas,
    IReadOnlyList<ScalablePod> Pods,
    IReadOnlyDictionary<string, PodUsageSample> Usage,
    ScalingMemory Memory,
    DateTimeOffset Now)
{
    private const double DefaultTolerance = 0.1;

    public JsonObject Spec { get; } = Json.ObjectOrNew("spec")!;

    public JsonObject Status { get; } = Json.ObjectOrNew("status")!;

    public long MinReplicas => Spec.Integer("minReplicas") ?? 1;

    public long MaxReplicas => Spec.Integer("maxReplicas") ?? 1;

    /// <summary>How far a metric may be off before anything is done about it, as a share of the target.</summary>
    public double Tolerance(string direction) =>
        Quantity.TryParse(Spec.Child("behavior", direction)?["tolerance"].AsScalarText(), out Quantity tolerance) ? ScalableAmounts.Milli(tolerance) / 1000.0 : DefaultTolerance;
}

/// <summary>The object that is scaled.</summary>
/// <param name="Stored">The object.</param>
/// <param name="Json">The same, parsed.</param>
/// <param name="ReplicasPath">Dotted path of the wanted replicas.</param>
internal sealed record ScaleTarget(StoredObject Stored, JsonObject Json, string ReplicasPath);

/// <summary>
/// Recommendations and changes of the last while, for stabilisation and rate limits. Kept in memory, as Kubernetes does: another activation begins with
/// none, and with that scales down later, not sooner.
/// </summary>
internal sealed class ScalingMemory
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly List<(DateTimeOffset At, long Replicas)> _recommendations = [];
    private readonly List<(DateTimeOffset At, long Change)> _changes = [];
    private readonly DateTimeOffset _since;

    public ScalingMemory(DateTimeOffset since) => _since = since;

    public void Recommend(DateTimeOffset at, long replicas)
    {
        _recommendations.RemoveAll(r => r.At < at - Longest);
        _recommendations.Add((at, replicas));
    }

    public void Changed(DateTimeOffset at, long change)
    {
        _changes.RemoveAll(c => c.At < at - Longest);
        _changes.Add((at, change));
    }

    /// <summary>The recommendations of the last while, with what is there now for the time that is not remembered.</summary>
    public IEnumerable<long> Recommendations(DateTimeOffset now, TimeSpan window, long current) =>
        _recommendations.Where(r => r.At > now - window).Select(r => r.Replicas).Concat(window > TimeSpan.Zero && _since > now - window ? [current] : []);

    /// <summary>Replicas added in the last while, or with a negative sign taken away.</summary>
    public long Change(DateTimeOffset now, TimeSpan period, bool isUp) =>
        _changes.Where(c => c.At > now - period && c.Change > 0 == isUp).Sum(c => c.Change);
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Autoscaling;

/// <summary>Looks after one HorizontalPodAutoscaler. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IAutoscalerGrain : IReconcilerGrain;

internal sealed class AutoscalerGrain(
    IObjectStore store, ServedKinds kinds, IPodUsage usage, IEventRecorder events, TimeProvider time, ILogger<AutoscalerGrain> logger)
    : ReconcilingGrain(store, events, time, logger), IAutoscalerGrain
{
    /// <summary>kube-controller-manager's <c>--horizontal-pod-autoscaler-sync-period</c>.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly ScalingMemory _memory = new(time.GetUtcNow());
    private IReadOnlyDictionary<string, PodUsageSample> _usage = new Dictionary<string, PodUsageSample>();
    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private string _spec = "";

    protected override async ValueTask PrepareAsync(CancellationToken cancel)
    {
        if (Find() is not { } autoscaler)
        {
            return;
        }

        // A changed wish is looked at at once; its own status, and all else, when it is time.
        JsonObject json = StoredJson.Read(autoscaler);
        string spec = json["spec"]?.ToJsonString() ?? "";
        _next = spec == _spec ? _next : DateTimeOffset.MinValue;
        _spec = spec;
        if (Time.GetUtcNow() >= _next && Target(json, autoscaler.Key.Namespace) is { } target)
        {
            _usage = await usage.ReadAsync([.. Pods(target).Select(p => p.Stored)], cancel);
        }
    }

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        if (Find() is not { } autoscaler)
        {
            return ReconcilePlan.Gone;
        }

        if (now < _next)
        {
            return new ReconcilePlan { LookAgainAfter = _next - now };
        }

        _next = now + Interval;
        JsonObject json = StoredJson.Read(autoscaler);
        ScaleTarget? target = Target(json, autoscaler.Key.Namespace);
        long current = target is null ? 0 : At(target.Json, target.ReplicasPath).AsInteger() ?? 1;
        var view = new AutoscalerView(autoscaler, json, target, current, target is null ? [] : Pods(target), _usage, _memory, now);
        return AutoscalerPlan.Plan(view) with { LookAgainAfter = Interval };
    }

    private StoredObject? Find()
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        return Store.Get(new ObjectKey(Resources.Autoscalers, key[0], key[1]));
    }

    private ScaleTarget? Target(JsonObject autoscaler, string ns)
    {
        JsonObject? reference = autoscaler.Child("spec", "scaleTargetRef");
        return kinds.Current.FindKind(reference.Text("apiVersion") ?? "v1", reference.Text("kind") ?? "") is { Scale: { } scale } kind
            && Store.Get(new ObjectKey(kind.StorageName, ns, reference.Text("name") ?? "")) is { } stored
            ? new ScaleTarget(stored, StoredJson.Read(stored), scale.SpecReplicas)
            : null;
    }

    private List<ScalablePod> Pods(ScaleTarget target)
    {
        JsonNode? path = kinds.Current.FindStored(target.Stored.Key.Resource)?.Scale?.LabelSelector is { } at ? At(target.Json, at) : null;
        LabelSelector? selector = path switch
        {
            JsonObject obj when obj.ContainsKey("matchLabels") || obj.ContainsKey("matchExpressions") => SelectorObject.Read(obj),
            JsonObject map => SelectorObject.ReadMap(map),
            JsonValue text when text.AsText() is { Length: > 0 } query && LabelSelector.TryParse(query, out LabelSelector parsed, out _) => parsed,
            _ => null,
        };
        return selector is null or { IsEverything: true }
            ? []
            : [.. Store.List(Resources.Pods, target.Stored.Key.Namespace).Items.Where(p => selector.Matches(p.Labels)).Select(p => new ScalablePod(p))];
    }

    private static JsonNode? At(JsonObject obj, string path)
    {
        JsonNode? at = obj;
        foreach (string member in path.Split('.'))
        {
            at = (at as JsonObject)?[member];
        }

        return at;
    }
}

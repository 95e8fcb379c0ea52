using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Store;

namespace Orchestrator.Grains.Autoscaling;

/// <summary>What an autoscaler looks at of a pod: what its containers ask for, and whether it can be measured yet.</summary>
internal sealed class ScalablePod
{
    // Kubernetes' defaults: what a pod uses while it starts says nothing of what it will.
    private static readonly TimeSpan InitializationPeriod = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan InitialReadinessDelay = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset? _startedAt;
    private readonly JsonObject? _ready;
    private readonly string _phase;

    public ScalablePod(StoredObject stored)
    {
        Stored = stored;
        JsonObject pod = StoredJson.Read(stored);
        JsonObject? status = pod.Child("status");
        _phase = status.Text("phase") ?? "";
        _startedAt = status.Time("startTime");
        _ready = status.Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == "Ready");
        Containers = [.. pod.Child("spec").Items("containers").Select(c => c.Item)];
    }

    public StoredObject Stored { get; }

    public bool IsCounted => !Stored.IsTerminating && _phase != "Failed";

    public bool HasStarted => _phase is not ("Pending" or "");

    private List<JsonObject> Containers { get; }

    /// <summary>Thousandths that the containers ask for; null where one of them asks for none.</summary>
    /// <param name="resource">cpu or memory.</param>
    /// <param name="container">One container alone, or null for all.</param>
    public long? Request(string resource, string? container)
    {
        long total = 0;
        foreach (JsonObject item in Containers.Where(c => container is null || c.Text("name") == container))
        {
            if (!Quantity.TryParse(item.Child("resources", "requests")?[resource].AsScalarText(), out Quantity asked))
            {
                return null;
            }

            total += ScalableAmounts.Milli(asked);
        }

        return total;
    }

    public long? Used(PodUsageSample? sample, string resource, string? container)
    {
        if (sample is null)
        {
            return null;
        }

        long total = 0;
        foreach (string name in Containers.Select(c => c.Text("name") ?? "").Where(n => container is null || n == container))
        {
            if (!sample.Containers.TryGetValue((name, resource), out long used))
            {
                return null;
            }

            total += used;
        }

        return total;
    }

    /// <summary>Whether CPU that it uses is not to be counted: it is starting, or has never been ready.</summary>
    public bool IsUnready(DateTimeOffset now)
    {
        if (_ready is null || _startedAt is not { } started)
        {
            return true;
        }

        bool isReady = _ready.Text("status") == "True";
        DateTimeOffset since = _ready.Time("lastTransitionTime") ?? started;
        return started + InitializationPeriod > now ? !isReady : !isReady && started + InitialReadinessDelay > since;
    }
}

/// <summary>Amounts as autoscalers reckon with them.</summary>
public static class ScalableAmounts
{
    /// <summary>Thousandths of the quantity, rounded up.</summary>
    public static long Milli(Quantity quantity) => (long)((quantity.Nanos + 999_999) / 1_000_000);
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.Pods;

/// <summary>
/// What controllers look at of a pod. Each version of a pod is read once, however often its controllers look at it: with as many looks as pods, reading
/// anew would make their cost grow with the square of the pods.
/// </summary>
internal sealed class PodView
{
    private static readonly ConditionalWeakTable<StoredObject, PodView> Known = [];

    private PodView(StoredObject stored)
    {
        Stored = stored;
        JsonObject pod = StoredJson.Read(stored);
        JsonObject? metadata = pod.Child("metadata");
        JsonObject? status = pod.Child("status");
        CreatedAt = metadata.Time("creationTimestamp");
        NodeName = pod.Child("spec").Text("nodeName") ?? "";
        Phase = status.Text("phase") ?? "";
        JsonObject? ready = status.Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == "Ready");
        ReadySince = ready.Text("status") == "True" ? ready.Time("lastTransitionTime") ?? CreatedAt : null;
        IsReady = ready.Text("status") == "True";
        Restarts = status.Items("containerStatuses").Select(c => c.Item.Integer("restartCount") ?? 0).DefaultIfEmpty().Max();
        DeletionCost = int.TryParse(
            metadata.Child("annotations").Text("controller.kubernetes.io/pod-deletion-cost"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int cost) ? cost : 0;
        Controller = OwnerReference.Of(metadata).FirstOrDefault(r => r.IsController);
    }

    public StoredObject Stored { get; }

    public string Name => Stored.Key.Name;

    public DateTimeOffset? CreatedAt { get; }

    /// <summary>Empty until it is bound.</summary>
    public string NodeName { get; }

    public string Phase { get; }

    public bool IsReady { get; }

    /// <summary>Null while it is not ready.</summary>
    public DateTimeOffset? ReadySince { get; }

    /// <summary>Of the container that was restarted most often.</summary>
    public long Restarts { get; }

    public int DeletionCost { get; }

    public OwnerReference? Controller { get; }

    public bool IsTerminating => Stored.IsTerminating;

    public bool HasEnded => Phase is "Succeeded" or "Failed";

    /// <summary>Neither ended nor about to.</summary>
    public bool IsActive => !HasEnded && !IsTerminating;

    public static PodView Of(StoredObject stored) => Known.GetValue(stored, static s => new PodView(s));

    /// <summary>Ready for long enough to count on.</summary>
    public bool IsAvailable(long minReadySeconds, DateTimeOffset now) =>
        IsReady && (minReadySeconds == 0 || (ReadySince is { } since && now - since >= TimeSpan.FromSeconds(minReadySeconds)));

    /// <summary>When a ready pod will be available, where that is yet to come.</summary>
    public TimeSpan? UntilAvailable(long minReadySeconds, DateTimeOffset now) =>
        IsReady && minReadySeconds > 0 && ReadySince is { } since && since + TimeSpan.FromSeconds(minReadySeconds) - now is var left && left > TimeSpan.Zero ? left : null;
}

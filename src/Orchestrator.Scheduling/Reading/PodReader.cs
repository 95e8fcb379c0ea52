using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Takes from a stored Pod what the scheduler needs beside its shape.</summary>
public static class PodReader
{
    public static PodFacts Read(JsonElement pod)
    {
        JsonElement metadata = pod.Member("metadata");
        JsonElement spec = pod.Member("spec");
        string scheduler = spec.Member("schedulerName").Text();
        JsonElement traceParent = metadata.Member("annotations").Member(WellKnown.TraceParentAnnotation);
        return new PodFacts(
            metadata.Member("uid").Text(),
            metadata.Member("namespace").Text(),
            metadata.Member("name").Text(),
            (int)Math.Clamp(spec.Member("priority").Whole(), int.MinValue, int.MaxValue),
            scheduler.Length == 0 ? WellKnown.DefaultSchedulerName : scheduler,
            spec.Member("nodeName").Text(),
            pod.Member("status").Member("phase").Text() is "Succeeded" or "Failed",
            metadata.Member("deletionTimestamp").IsPresent(),
            spec.Member("schedulingGates").HasContent(),
            spec.Member("runtimeClassName").Text(),
            traceParent.IsPresent() ? traceParent.Text() : null)
        {
            GroupName = spec.Member("schedulingGroup").Member("podGroupName").Text(),
            Devices = DeviceReader.OfPod(metadata),
            CreatedSeconds = Seconds(metadata.Member("creationTimestamp")),
            MayPreempt = spec.Member("preemptionPolicy").Text() != "Never",
            NominatedNodeName = pod.Member("status").Member("nominatedNodeName").Text(),
        };
    }

    private static long Seconds(JsonElement time) =>
        time.ValueKind == JsonValueKind.String && time.TryGetDateTimeOffset(out DateTimeOffset at) ? at.ToUnixTimeSeconds() : 0;
}

using System.Collections.Concurrent;
using System.Diagnostics;
using k8s;
using Orchestrator.Cli.Telemetry;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Telemetry;

/// <summary>One trace follows a manifest from the client's request to the running workload.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class PodTraceTests(OneNodeCluster cluster)
{
    private const string PodName = "traced";

    [Fact]
    public async Task Api_store_scheduler_and_agent_work_on_a_pod_in_the_trace_of_the_request_that_created_it()
    {
        using var ours = new ActivitySource("Orchestrator.NodeTests");
        var seen = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source == ours || TelemetryRegistration.Sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = seen.Add,
        };
        ActivitySource.AddActivityListener(listener);

        ActivityTraceId trace;
        using (var request = ours.StartActivity("apply"))
        {
            trace = request!.TraceId;
            using var client = cluster.Server.Client();
            await client.CoreV1.CreateNamespacedPodAsync(OneNodeCluster.Pod(PodName, "while :; do sleep 0.1; done"), "default");
        }

        var pod = await cluster.RunningAsync(PodName);
        // Spans end after what they are about can be seen.
        await Eventually.TrueAsync(
            () => Task.FromResult(OfTrace().Any(a => a.OperationName == "bind") && OfTrace().Any(a => a.OperationName == "StartContainer")),
            "the last spans have ended",
            describe: () => string.Join(", ", seen.Where(IsOfPod).Select(Describe)));

        var spans = OfTrace();
        var create = Assert.Single(spans, s => s is { Source.Name: "Orchestrator.Api", OperationName: "create pods" });
        Assert.Equal(create.SpanId, Assert.Single(spans, s => s.OperationName == "store.commit" && s.ParentSpanId == create.SpanId).ParentSpanId);
        Assert.All(["schedule", "bind"], name => AssertChild(create, spans, "Orchestrator.Scheduler", name));
        Assert.All(["RunSandbox", "CreateContainer", "StartContainer"], name => AssertChild(create, spans, "Orchestrator.Agent", name));
        // And in no other: nothing is done for a pod outside of its trace.
        Assert.All(seen.Where(s => s.GetTagItem("k8s.pod.uid") as string == pod.Metadata.Uid), s => Assert.Equal(trace, s.TraceId));

        await cluster.Server.Kubectl().RunAsync("delete", "pod", PodName, "--grace-period=1");

        List<Activity> OfTrace() => [.. seen.Where(s => s.TraceId == trace)];
    }

    private static void AssertChild(Activity parent, IEnumerable<Activity> spans, string source, string name) =>
        Assert.Contains(spans, s => s.Source.Name == source && s.OperationName == name && s.ParentSpanId == parent.SpanId && IsOfPod(s));

    private static bool IsOfPod(Activity span) => span.GetTagItem("k8s.pod.name") as string == PodName;

    private static string Describe(Activity span) => $"{span.Source.Name}/{span.OperationName} {span.TraceId}";
}

using System.Text.Json.Nodes;
using k8s;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Model.Kinds;

namespace Orchestrator.UnitTests.Kinds;

/// <summary>READY, STATUS and RESTARTS as kubectl's users know them.</summary>
public sealed class PodColumnTests
{
    private const string Running = "{name: a, ready: true, restartCount: 0, state: {running: {}}}";

    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("{status: {phase: Pending}}", "0/1 Pending 0")]
    [InlineData("{status: {phase: Failed, reason: Evicted}}", "0/1 Evicted 0")]
    [InlineData("{status: {phase: Running, containerStatuses: [" + Running + "]}}", "1/1 Running 0")]
    [InlineData("{metadata: {deletionTimestamp: x}, status: {phase: Running, containerStatuses: [" + Running + "]}}", "1/1 Terminating 0")]
    [InlineData("{metadata: {deletionTimestamp: x}, status: {phase: Running, reason: NodeLost}}", "0/1 Unknown 0")]
    [InlineData("{metadata: {deletionTimestamp: x}, status: {phase: Succeeded, containerStatuses: [{state: {terminated: {reason: Completed}}}]}}", "0/1 Completed 0")]
    [InlineData("{status: {phase: Pending, containerStatuses: [{state: {waiting: {reason: ContainerCreating}}}]}}", "0/1 ContainerCreating 0")]
    [InlineData("{status: {phase: Running, containerStatuses: [{restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {finishedAt: '2026-01-01T11:59:00Z'}}}]}}", "0/1 CrashLoopBackOff 3 (60s ago)")]
    [InlineData("{status: {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 3}}}]}}", "0/1 ExitCode:3 0")]
    [InlineData("{status: {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 137, signal: 9}}}]}}", "0/1 Signal:9 0")]
    [InlineData("{status: {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 137, reason: OOMKilled}}}]}}", "0/1 OOMKilled 0")]
    [InlineData("{status: {phase: Running, containerStatuses: [{state: {terminated: {reason: Completed}}}, " + Running + "]}}", "1/1 NotReady 0")]
    [InlineData("{status: {phase: Running, conditions: [{type: Ready, status: 'True'}], containerStatuses: [{state: {terminated: {reason: Completed}}}, " + Running + "]}}", "1/1 Running 0")]
    [InlineData("{spec: {initContainers: [{}, {}]}, status: {phase: Pending, initContainerStatuses: [{state: {terminated: {exitCode: 0}}}, {state: {running: {}}}]}}", "0/1 Init:1/2 0")]
    [InlineData("{spec: {initContainers: [{}]}, status: {phase: Pending, initContainerStatuses: [{restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}}]}}", "0/1 Init:CrashLoopBackOff 2")]
    [InlineData("{spec: {initContainers: [{}]}, status: {phase: Pending, initContainerStatuses: [{state: {waiting: {reason: PodInitializing}}}]}}", "0/1 Init:0/1 0")]
    [InlineData("{spec: {initContainers: [{}]}, status: {phase: Pending, initContainerStatuses: [{state: {terminated: {exitCode: 4}}}]}}", "0/1 Init:ExitCode:4 0")]
    [InlineData("{spec: {initContainers: [{}]}, status: {phase: Pending, initContainerStatuses: [{restartCount: 1, state: {terminated: {exitCode: 0}}}], containerStatuses: [{state: {waiting: {reason: PodInitializing}}}]}}", "0/1 PodInitializing 0")]
    [InlineData("{status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: SchedulingGated}]}}", "0/1 SchedulingGated 0")]
    [InlineData("{status: nonsense, spec: 5}", "0/0 Unknown 0")]
    public void Describe_a_pod(string pod, string expected)
    {
        JsonObject obj = Parse(pod);
        if (obj["spec"] is null or JsonObject)
        {
            obj["spec"] ??= new JsonObject();
            obj["spec"]!["containers"] = new JsonArray(new JsonObject());
        }

        ResourceKind kind = BuiltInKinds.All.Single(k => k.Kind == "Pod");
        IEnumerable<string> cells = new[] { "Ready", "Status", "Restarts" }
            .Select(name => (string)kind.Columns.Single(c => c.Name == name).Value(obj, Clock)!);
        Assert.Equal(expected, string.Join(' ', cells));
    }

    [Fact]
    public void No_column_of_any_kind_throws_on_a_malformed_object()
    {
        foreach (string malformed in new[] { "{}", "{metadata: 1, spec: x, status: [], data: 5}", "{status: {conditions: x, addresses: [1], containerStatuses: {}}}" })
        {
            foreach (TableColumn column in BuiltInKinds.All.SelectMany(k => k.Columns))
            {
                Exception? thrown = Record.Exception(() => column.Value(Parse(malformed), Clock));
                Assert.Null(thrown);
            }
        }
    }

    private static JsonObject Parse(string yaml) =>
        (JsonObject)JsonNode.Parse(KubernetesJson.Serialize(KubernetesYaml.Deserialize<object>(yaml)))!;
}

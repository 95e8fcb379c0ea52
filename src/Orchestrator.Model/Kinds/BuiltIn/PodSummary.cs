using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>
/// What kubectl's users read of a pod in one line. STATUS is the most telling of the phase and the states of its containers, in the order in
/// which Kubernetes' printer looks at them (<c>pkg/printers/internalversion</c>, printPod).
/// </summary>
internal sealed class PodSummary
{
    private readonly JsonObject _pod;
    private readonly JsonObject? _status;
    private readonly HashSet<string> _sidecars;
    private readonly int _initContainers;
    private int _ready;
    private readonly int _containers;
    private long _restarts;
    private long _sidecarRestarts;
    private DateTimeOffset? _lastRestart;
    private DateTimeOffset? _lastSidecarRestart;

    private PodSummary(JsonObject pod)
    {
        _pod = pod;
        _status = pod.Child("status");
        JsonObject? spec = pod.Child("spec");
        _initContainers = spec.Array("initContainers")?.Count ?? 0;
        _sidecars = [.. spec.Items("initContainers").Where(c => c.Item.Text("restartPolicy") == "Always").Select(c => c.Item.Text("name") ?? "")];
        _containers = (spec.Array("containers")?.Count ?? 0) + _sidecars.Count;
        Status = Describe();
    }

    public string Status { get; }

    public string Ready => string.Create(CultureInfo.InvariantCulture, $"{_ready}/{_containers}");

    public static PodSummary Of(JsonObject pod) => new(pod);

    public string RestartsText(TimeProvider time) => _restarts != 0 && _lastRestart is { } last
        ? string.Create(CultureInfo.InvariantCulture, $"{_restarts} ({HumanDuration.Since(last, time)} ago)")
        : _restarts.ToString(CultureInfo.InvariantCulture);

    private string Describe()
    {
        string? phase = _status.Text("phase");
        string reason = _status.Text("reason") is { Length: > 0 } given ? given : phase ?? "Unknown";
        if (Conditions().Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated"))
        {
            reason = "SchedulingGated";
        }

        string? initializing = DescribeInit();
        if (initializing is null || ConditionIsTrue("Initialized"))
        {
            reason = DescribeContainers(reason);
        }
        else
        {
            reason = initializing;
        }

        if (_pod.Child("metadata").Text("deletionTimestamp") is null)
        {
            return reason;
        }

        return _status.Text("reason") == "NodeLost" ? "Unknown" : phase is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    // Null where every init container has done its part.
    private string? DescribeInit()
    {
        foreach ((JsonObject container, int index) in _status.Items("initContainerStatuses"))
        {
            CountRestarts(container);
            bool sidecar = _sidecars.Contains(container.Text("name") ?? "");
            if (sidecar)
            {
                _sidecarRestarts += container.Integer("restartCount") ?? 0;
                _lastSidecarRestart = Later(_lastSidecarRestart, LastFinished(container));
            }

            JsonObject? terminated = container.Child("state", "terminated");
            if (terminated is not null && terminated.Integer("exitCode") == 0)
            {
                continue;
            }

            if (sidecar && container.Flag("started") == true)
            {
                _ready += container.Flag("ready") == true ? 1 : 0;
                continue;
            }

            string? waiting = container.Child("state", "waiting").Text("reason");
            return terminated is not null ? "Init:" + Ended(terminated)
                : !string.IsNullOrEmpty(waiting) && waiting != "PodInitializing" ? "Init:" + waiting
                : string.Create(CultureInfo.InvariantCulture, $"Init:{index}/{_initContainers}");
        }

        return null;
    }

    private string DescribeContainers(string reason)
    {
        // Restarts of finished init containers are history once the pod is past them.
        _restarts = _sidecarRestarts;
        _lastRestart = _lastSidecarRestart;
        bool running = false;
        foreach ((JsonObject container, _) in _status.Items("containerStatuses").Reverse())
        {
            CountRestarts(container);
            JsonObject? state = container.Child("state");
            if (state.Child("waiting").Text("reason") is { Length: > 0 } waiting)
            {
                reason = waiting;
            }
            else if (state.Child("terminated") is { } terminated)
            {
                reason = Ended(terminated);
            }
            else if (container.Flag("ready") == true && state.Child("running") is not null)
            {
                running = true;
                _ready++;
            }
        }

        return reason != "Completed" || !running ? reason : ConditionIsTrue("Ready") ? "Running" : "NotReady";
    }

    private static string Ended(JsonObject terminated) =>
        terminated.Text("reason") is { Length: > 0 } reason ? reason
        : terminated.Integer("signal") is { } signal and not 0 ? string.Create(CultureInfo.InvariantCulture, $"Signal:{signal}")
        : string.Create(CultureInfo.InvariantCulture, $"ExitCode:{terminated.Integer("exitCode") ?? 0}");

    private void CountRestarts(JsonObject container)
    {
        _restarts += container.Integer("restartCount") ?? 0;
        _lastRestart = Later(_lastRestart, LastFinished(container));
    }

    private static DateTimeOffset? LastFinished(JsonObject container) => container.Child("lastState", "terminated").Time("finishedAt");

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private bool ConditionIsTrue(string type) => Conditions().Any(c => c.Text("type") == type && c.Text("status") == "True");

    private IEnumerable<JsonObject> Conditions() => _status.Items("conditions").Select(c => c.Item);
}

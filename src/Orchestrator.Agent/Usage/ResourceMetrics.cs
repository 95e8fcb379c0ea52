using System.Globalization;
using System.Text;

namespace Orchestrator.Agent.Usage;

/// <summary>kubelet's <c>/metrics/resource</c>: the same figures for scrapers of Prometheus' text format (a metrics-server of one's own). Pure.</summary>
public static class ResourceMetrics
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(StatsSummary summary)
    {
        var text = new StringBuilder();
        Family(text, "node_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the node in core-seconds");
        Sample(text, "node_cpu_usage_seconds_total", "", Seconds(summary.Node.Cpu), summary.Node.Cpu.Time);
        Family(text, "node_memory_working_set_bytes", "gauge", "Current working set of the node in bytes");
        Sample(text, "node_memory_working_set_bytes", "", summary.Node.Memory.WorkingSetBytes, summary.Node.Memory.Time);
        var containers = summary.Pods.SelectMany(p => p.Containers.Select(c => (Labels: Labels(p.PodRef, c.Name), Stats: c))).ToList();
        Family(text, "container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the container in core-seconds");
        containers.ForEach(c => Sample(text, "container_cpu_usage_seconds_total", c.Labels, Seconds(c.Stats.Cpu), c.Stats.Cpu.Time));
        Family(text, "container_memory_working_set_bytes", "gauge", "Current working set of the container in bytes");
        containers.ForEach(c => Sample(text, "container_memory_working_set_bytes", c.Labels, c.Stats.Memory.WorkingSetBytes, c.Stats.Memory.Time));
        Family(text, "container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds");
        foreach (var (labels, stats) in containers.Where(c => c.Stats.StartTime is not null))
        {
            Sample(text, "container_start_time_seconds", labels, new DateTimeOffset(stats.StartTime!.Value.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0, null);
        }

        Family(text, "pod_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the pod in core-seconds");
        foreach (var pod in summary.Pods)
        {
            Sample(text, "pod_cpu_usage_seconds_total", Labels(pod.PodRef, null), Seconds(pod.Cpu), pod.Cpu.Time);
        }

        Family(text, "pod_memory_working_set_bytes", "gauge", "Current working set of the pod in bytes");
        foreach (var pod in summary.Pods)
        {
            Sample(text, "pod_memory_working_set_bytes", Labels(pod.PodRef, null), pod.Memory.WorkingSetBytes, pod.Memory.Time);
        }

        return text.ToString();
    }

    private static double Seconds(CpuStats cpu) => cpu.UsageCoreNanoSeconds / 1e9;

    // Names of the API hold nothing that would have to be escaped.
    private static string Labels(PodReference pod, string? container) => container is null
        ? $"{{namespace=\"{pod.Namespace}\",pod=\"{pod.Name}\"}}"
        : $"{{container=\"{container}\",namespace=\"{pod.Namespace}\",pod=\"{pod.Name}\"}}";

    private static void Family(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder text, string name, string labels, double value, DateTimeOffset? at)
    {
        text.Append(name).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture));
        if (at is { } time)
        {
            text.Append(' ').Append(time.ToUnixTimeMilliseconds());
        }

        text.Append('\n');
    }
}

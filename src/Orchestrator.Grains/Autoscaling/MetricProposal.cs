using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Grains.Autoscaling;

/// <param name="Replicas">What the metric asks for; null where it cannot be said.</param>
/// <param name="Current">Element of <c>status.currentMetrics</c>; null where there is none.</param>
/// <param name="Reason">Reason of the failure, where there is one.</param>
/// <param name="Message">The failure, or what the metric is called.</param>
internal sealed record MetricProposal(long? Replicas, JsonObject? Current, string Reason, string Message)
{
    public static MetricProposal Failed(string reason, string message) => new(null, null, reason, message);
}

/// <summary>How many replicas a metric of resources asks for (kube-controller-manager's replica calculator). Pure.</summary>
internal static class ResourceMetric
{
    /// <param name="metric">Element of <c>spec.metrics</c>.</param>
    /// <param name="view">What is measured.</param>
    public static MetricProposal Propose(JsonObject metric, AutoscalerView view)
    {
        string type = metric.Text("type") ?? "";
        if (type is not ("Resource" or "ContainerResource"))
        {
            // There is no source of them in this cluster.
            return MetricProposal.Failed($"FailedGet{(type == "Pods" ? "Pods" : type)}Metric", $"no metrics of type {type} are served in this cluster: only those of resources are");
        }

        string member = type == "Resource" ? "resource" : "containerResource";
        JsonObject? source = metric.Child(member);
        string resource = source.Text("name") ?? "";
        string? container = type == "Resource" ? null : source.Text("container");
        JsonObject? target = source.Child("target");
        var groups = PodGroups.Of(view, resource, container);
        if (groups.Measured.Count == 0)
        {
            return MetricProposal.Failed(
                $"FailedGet{type}Metric", $"failed to get {resource} utilization: did not receive metrics for targeted pods (pods might be unready)");
        }

        bool isUtilization = target?["averageUtilization"] is not null;
        if (isUtilization && groups.WithoutRequest is { } name)
        {
            return MetricProposal.Failed($"FailedGet{type}Metric", $"failed to get {resource} utilization: missing request for {resource} in container {container ?? "of Pod"} {name}".Trim());
        }

        long wanted = isUtilization ? target.Integer("averageUtilization") ?? 0
            : Quantity.TryParse(target?["averageValue"].AsScalarText(), out Quantity value) ? ScalableAmounts.Milli(value) : 0;
        long average = groups.Measured.Sum(p => p.Used) / groups.Measured.Count;
        long requested = groups.Measured.Sum(p => p.Request ?? 0);
        long? utilization = requested > 0 ? groups.Measured.Sum(p => p.Used) * 100 / requested : null;
        double ratio = (isUtilization ? utilization ?? 0 : average) / (double)Math.Max(1, wanted);
        var current = new JsonObject { ["averageValue"] = Amount(average, resource) };
        if (isUtilization)
        {
            current["averageUtilization"] = utilization;
        }

        var shown = new JsonObject { ["name"] = resource, ["current"] = current };
        if (container is not null)
        {
            shown["container"] = container;
        }

        return new MetricProposal(
            Replicas(groups, ratio, wanted, isUtilization, view), new JsonObject { ["type"] = type, [member] = shown },
            "", $"{resource} {(type == "Resource" ? "resource" : "container resource")} {(isUtilization ? "utilization (percentage of request)" : "")}".TrimEnd());
    }

    private static long Replicas(PodGroups groups, double ratio, long wanted, bool isUtilization, AutoscalerView view)
    {
        bool rebalances = groups.Unready > 0 && ratio > 1;
        if (!rebalances && groups.Missing.Count == 0)
        {
            return IsTolerable(ratio, view) ? view.CurrentReplicas : (long)Math.Ceiling(ratio * groups.Measured.Count);
        }

        // What is not known is taken to be what keeps the number where it is: nothing where it would grow, all that is allowed where it would shrink.
        double used = groups.Measured.Sum(p => (double)p.Used);
        double requested = groups.Measured.Sum(p => (double)(p.Request ?? 0));
        foreach (long? request in groups.Missing)
        {
            double assumed = ratio < 1 ? (isUtilization ? request ?? 0 : wanted) : 0;
            used += assumed;
            requested += request ?? 0;
        }

        int count = groups.Measured.Count + groups.Missing.Count;
        if (rebalances)
        {
            count += groups.Unready;
            requested += groups.UnreadyRequest;
        }

        double now = isUtilization ? used * 100 / Math.Max(1, requested) : used / count;
        double balanced = now / Math.Max(1, wanted);
        if (IsTolerable(balanced, view) || (ratio < 1 && balanced > 1) || (ratio > 1 && balanced < 1))
        {
            return view.CurrentReplicas;
        }

        long replicas = (long)Math.Ceiling(balanced * count);
        return (balanced < 1 && replicas > view.CurrentReplicas) || (balanced > 1 && replicas < view.CurrentReplicas) ? view.CurrentReplicas : replicas;
    }

    private static bool IsTolerable(double ratio, AutoscalerView view) => ratio >= 1 - view.Tolerance("scaleDown") && ratio <= 1 + view.Tolerance("scaleUp");

    private static string Amount(long milli, string resource) => resource == "cpu"
        ? string.Create(CultureInfo.InvariantCulture, $"{milli}m")
        : (milli / 1000).ToString(CultureInfo.InvariantCulture);

    /// <summary>The pods, by what is known of them.</summary>
    private sealed class PodGroups
    {
        public List<(long Used, long? Request)> Measured { get; } = [];

        /// <summary>Requests of those without a measurement.</summary>
        public List<long?> Missing { get; } = [];

        public int Unready { get; private set; }

        public long UnreadyRequest { get; private set; }

        /// <summary>Name of a pod that asks for none of the resource.</summary>
        public string? WithoutRequest { get; private set; }

        public static PodGroups Of(AutoscalerView view, string resource, string? container)
        {
            var groups = new PodGroups();
            foreach (ScalablePod pod in view.Pods.Where(p => p.IsCounted))
            {
                long? request = pod.Request(resource, container);
                groups.WithoutRequest ??= request is null ? pod.Stored.Key.Name : null;
                long? used = pod.Used(view.Usage.GetValueOrDefault(pod.Stored.Uid), resource, container);
                if (!pod.HasStarted || (resource == "cpu" && pod.IsUnready(view.Now)))
                {
                    groups.Unready++;
                    groups.UnreadyRequest += request ?? 0;
                }
                else if (used is { } measured)
                {
                    groups.Measured.Add((measured, request));
                }
                else
                {
                    groups.Missing.Add(request);
                }
            }

            return groups;
        }
    }
}

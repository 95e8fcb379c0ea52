using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>
/// Answers what would be: with other nodes, workloads or another policy. Pure and deterministic: the same cluster, question and seed give the same
/// answer. Uses up the cluster that it is given.
/// </summary>
public static class Simulator
{
    public static SimulationAnswer<SimulationReport> Run(SimulatedCluster cluster, SimulationQuestion question, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(question);
        var prepared = new PreparedQuestion(cluster, question);
        if (prepared.Errors.Count > 0)
        {
            return SimulationAnswer.Refused<SimulationReport>(prepared.Errors);
        }

        UsageSample before = UsageSample.Of(cluster);
        PlacementRun run = ChangeNodes(cluster, question, prepared, out List<Departure> departures);
        EnqueueNew(cluster, prepared, run);
        run.Run(cancel);
        departures.AddRange(run.Departures);
        return SimulationAnswer.Of(SimulationReporting.Of(question, [.. prepared.Notes()], before, UsageSample.Of(cluster), run, departures));
    }

    /// <summary>Adds, drains and loses nodes, and queues all pods that then wait, without the new ones of the manifests.</summary>
    internal static PlacementRun ChangeNodes(SimulatedCluster cluster, SimulationQuestion question, PreparedQuestion prepared, out List<Departure> departures)
    {
        var run = new PlacementRun(cluster, question.Profile, new Random(question.Seed));
        departures = [];
        EnqueueWaiting(cluster, run);
        AddNodes(cluster, prepared, run);
        foreach (string node in question.Drained.Distinct(StringComparer.Ordinal))
        {
            departures.AddRange(Departing.Drain(cluster, node, run));
        }

        foreach (string node in question.Lost.Distinct(StringComparer.Ordinal))
        {
            departures.AddRange(Departing.Lose(cluster, node, run));
        }

        return run;
    }

    // In the order in which they came, as far as their times tell.
    internal static void EnqueueWaiting(SimulatedCluster cluster, PlacementRun run)
    {
        foreach (SimulatedPod pod in cluster.Pods.Where(Waits).OrderBy(p => p.Facts.CreatedSeconds).ThenBy(p => p.Key, StringComparer.Ordinal).ToArray())
        {
            run.Enqueue(pod, PodOrigins.Waiting);
        }
    }

    private static bool Waits(SimulatedPod pod)
    {
        PodFacts facts = pod.Facts;
        return facts.NodeName.Length == 0 && !facts.IsTerminating && facts.SchedulerName == WellKnown.DefaultSchedulerName;
    }

    private static void AddNodes(SimulatedCluster cluster, PreparedQuestion prepared, PlacementRun run)
    {
        IReadOnlyList<SimulatedPod> examples = prepared.Nodes.Count == 0 ? [] : DaemonPods.Examples(cluster);
        foreach ((JsonElement node, IReadOnlyList<Cluster.HypervisorFacts> hypervisors) in prepared.Nodes)
        {
            cluster.Add(node);
            string name = node.GetProperty("metadata").GetProperty("name").GetString()!;
            foreach (Cluster.HypervisorFacts hypervisor in hypervisors)
            {
                cluster.AddHypervisor(hypervisor);
            }

            if (hypervisors.Count == 0)
            {
                cluster.AssumeHypervisor(name);
            }

            foreach (SimulatedPod example in examples)
            {
                EnqueueIfWanted(cluster, DaemonPods.ForNode(example, name), name, run);
            }
        }
    }

    internal static void EnqueueNew(SimulatedCluster cluster, PreparedQuestion prepared, PlacementRun run)
    {
        var names = cluster.Pods.Select(p => p.Key).ToHashSet(StringComparer.Ordinal);
        foreach (ManifestWorkload workload in prepared.Workloads)
        {
            if (workload.Kind == "DaemonSet")
            {
                foreach (string node in cluster.NodeNames)
                {
                    EnqueueIfWanted(cluster, DaemonPods.ForNode(workload, node), node, run);
                }

                continue;
            }

            foreach (string name in workload.PodNames(n => names.Contains($"{workload.Namespace}/{n}")))
            {
                names.Add($"{workload.Namespace}/{name}");
                SimulatedPod pod = cluster.ReadPod(Element(workload.Pod(name)));
                if (pod.Facts.NodeName.Length > 0)
                {
                    // The manifest itself says where: no scheduler is asked.
                    cluster.Place(pod, pod.Facts.NodeName);
                }
                else
                {
                    run.Enqueue(pod, PodOrigins.New);
                }
            }
        }
    }

    private static void EnqueueIfWanted(SimulatedCluster cluster, JsonObject pod, string node, PlacementRun run)
    {
        SimulatedPod read = cluster.ReadPod(Element(pod));
        if (DaemonPods.IsWanted(cluster, read, node))
        {
            run.Enqueue(read, PodOrigins.New);
        }
    }

    private static JsonElement Element(JsonObject obj) => JsonSerializer.SerializeToElement(obj, SimulationJson.Default.JsonObject);
}

using System.Text.Json;
using k8s;
using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Profiles;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>
/// The cluster of a golden case, and the pod <c>subject</c> that is decided on. Where a case has no Hypervisor, every node has one for containers.
/// </summary>
internal sealed class CaseCluster
{
    private CaseCluster(JsonElement[] objects, ShapeDefaults? defaults)
    {
        var workloads = new WorkloadCatalog(Cluster);
        bool hasHypervisors = objects.Any(o => Kind(o) == "Hypervisor");
        foreach (JsonElement node in objects.Where(o => Kind(o) == "Node"))
        {
            NodeFacts facts = NodeReader.ReadNode(node);
            Cluster.SetNode(facts);
            if (!hasHypervisors)
            {
                Cluster.SetHypervisor(new HypervisorFacts($"{facts.Name}-containerd", facts.Name, true, ["runc"]));
            }
        }

        foreach (JsonElement hypervisor in objects.Where(o => Kind(o) == "Hypervisor"))
        {
            Cluster.SetHypervisor(NodeReader.ReadHypervisor(hypervisor));
        }

        foreach (JsonElement ns in objects.Where(o => Kind(o) == "Namespace"))
        {
            Cluster.SetNamespace(ns.GetProperty("metadata").GetProperty("name").GetString()!, NamespaceReader.Labels(ns));
        }

        foreach (JsonElement obj in objects)
        {
            SetVolume(obj);
        }

        foreach (JsonElement pod in objects.Where(o => Kind(o) == "Pod"))
        {
            Place(pod, workloads);
        }

        Budgets = [.. objects.Where(o => Kind(o) == "PodDisruptionBudget").Select(BudgetReader.Read)];
        JsonElement subject = objects.Single(o => Kind(o) == "Pod" && PodReader.Read(o).Name == "subject");
        Facts = PodReader.Read(subject);
        Workload = Find(subject, Facts, workloads, defaults, CompanyIn(objects).Of(subject));
    }

    public ClusterState Cluster { get; } = new();

    public IReadOnlyList<DisruptionBudget> Budgets { get; }

    public PodFacts Facts { get; }

    public ExplainedPod Pod => new(Facts.Namespace, Facts.Name, Facts.Uid);

    public Workload Workload { get; }

    /// <param name="path">The case's input.</param>
    /// <param name="defaults">What the scheduler's profile adds to the subject; null for nothing.</param>
    public static CaseCluster Read(string path, ShapeDefaults? defaults = null) => new([.. File.ReadAllText(path).Split("\n---\n")
        .Select(document => JsonDocument.Parse(KubernetesJson.Serialize(KubernetesYaml.Deserialize<object>(document))).RootElement)], defaults);

    private void SetVolume(JsonElement obj)
    {
        switch (Kind(obj))
        {
            case "PersistentVolumeClaim":
                Cluster.Volumes.Set(ClaimFacts.Read(obj));
                break;
            case "PersistentVolume":
                Cluster.Volumes.Set(VolumeFacts.Read(obj));
                break;
            case "StorageClass":
                Cluster.Volumes.Set(ClassFacts.Read(obj));
                break;
        }
    }

    private static string Kind(JsonElement obj) => obj.GetProperty("kind").GetString()!;

    // Cases name their runtime classes as the handlers.
    private static Workload Find(JsonElement pod, PodFacts facts, WorkloadCatalog workloads, ShapeDefaults? defaults = null, LabelSelector? company = null) =>
        workloads.Find(pod, facts.RuntimeClassName.Length == 0 ? "runc" : facts.RuntimeClassName, defaults, company);

    private static PodCompany CompanyIn(JsonElement[] objects)
    {
        var company = new PodCompany();
        foreach (JsonElement obj in objects)
        {
            JsonElement metadata = obj.GetProperty("metadata");
            if (Kind(obj) == "Service")
            {
                company.SetService(metadata.GetProperty("namespace").GetString()!, metadata.GetProperty("name").GetString()!, obj);
            }
            else if (Kind(obj) is "ReplicaSet" or "ReplicationController")
            {
                company.SetController(metadata.GetProperty("uid").GetString()!, obj);
            }
        }

        return company;
    }

    private void Place(JsonElement pod, WorkloadCatalog workloads)
    {
        PodFacts facts = PodReader.Read(pod);
        if (facts.NodeName.Length > 0 && !facts.HasEnded)
        {
            Cluster.PlacePod(facts.Uid, facts.NodeName, Find(pod, facts, workloads), facts.Rank, facts.Devices.Count == 0 ? null : facts.Devices);
        }
        else if (facts.NominatedNodeName.Length > 0)
        {
            Cluster.PlacePod(facts.Uid, facts.NominatedNodeName, Find(pod, facts, workloads), facts.Rank with { Stage = PlacementStage.Nominated });
        }
    }
}

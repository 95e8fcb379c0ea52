using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>
/// Golden cases, one folder each: the cluster and the pod <c>subject</c> in <c>input.yaml</c> give the explanation in <c>expected.json</c>.
/// Where a case has no Hypervisor, every node has one for containers.
/// </summary>
public sealed class PlacementCaseTests
{
    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_explained_as_expected(string name)
    {
        JsonElement[] objects = [.. Read(GoldenCases.PathOf(name, "input.yaml"))];
        GoldenCases.Compare(name, Explain(objects));
    }

    private static JsonObject Explain(JsonElement[] objects)
    {
        var cluster = new ClusterState();
        var workloads = new WorkloadCatalog(cluster);
        bool hasHypervisors = objects.Any(o => Kind(o) == "Hypervisor");
        foreach (JsonElement node in objects.Where(o => Kind(o) == "Node"))
        {
            NodeFacts facts = NodeReader.ReadNode(node);
            cluster.SetNode(facts);
            if (!hasHypervisors)
            {
                cluster.SetHypervisor(new HypervisorFacts($"{facts.Name}-containerd", facts.Name, true, ["runc"]));
            }
        }

        foreach (JsonElement hypervisor in objects.Where(o => Kind(o) == "Hypervisor"))
        {
            cluster.SetHypervisor(NodeReader.ReadHypervisor(hypervisor));
        }

        foreach (JsonElement ns in objects.Where(o => Kind(o) == "Namespace"))
        {
            cluster.SetNamespace(ns.GetProperty("metadata").GetProperty("name").GetString()!, NamespaceReader.Labels(ns));
        }

        foreach (JsonElement pod in objects.Where(o => Kind(o) == "Pod"))
        {
            PodFacts facts = PodReader.Read(pod);
            if (facts.NodeName.Length > 0 && !facts.HasEnded)
            {
                cluster.PlacePod(facts.Uid, facts.NodeName, workloads.Find(pod, facts.RuntimeClassName.Length == 0 ? "runc" : facts.RuntimeClassName), facts.Rank, facts.Devices.Count == 0 ? null : facts.Devices);
            }
        }

        JsonElement subject = objects.Single(o => Kind(o) == "Pod" && PodReader.Read(o).Name == "subject");
        PodFacts subjectFacts = PodReader.Read(subject);
        Workload workload = workloads.Find(subject, subjectFacts.RuntimeClassName.Length == 0 ? "runc" : subjectFacts.RuntimeClassName);
        var placer = new Placer(cluster, PlacementProfile.Default, new Random(1));
        Placement placement = placer.Place(workload);
        PlacementExplanation explanation = PlacementExplanation.Of(
            new ExplainedPod(subjectFacts.Namespace, subjectFacts.Name, subjectFacts.Uid),
            placer.Report(workload, placement), placement.NodeName, "default-scheduler", 1, 1, DateTimeOffset.UnixEpoch);
        return (JsonObject)JsonSerializer.SerializeToNode(explanation, ExplanationJson.Default.PlacementExplanation)!;
    }

    private static string Kind(JsonElement obj) => obj.GetProperty("kind").GetString()!;

    private static IEnumerable<JsonElement> Read(string path) => File.ReadAllText(path).Split("\n---\n")
        .Select(document => JsonDocument.Parse(KubernetesJson.Serialize(KubernetesYaml.Deserialize<object>(document))).RootElement);
}

using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Profiles;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Volumes;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>Compiles what a pod's spec demands of a node into a <see cref="WorkloadShape"/>.</summary>
internal static class ShapeCompiler
{
    // Kubernetes' defaults for scoring pods without requests: they use something, though nobody said how much.
    private const long UnrequestedCpuMilli = 100;
    private const long UnrequestedMemoryBytes = 200L << 20;

    public static WorkloadShape Compile(JsonElement pod, string handler, ShapeDefaults defaults, LabelSelector? company, VolumeDemand volumes, ClusterState cluster)
    {
        JsonElement spec = pod.Member("spec");
        Dictionary<int, long> requests = PodRequests.Read(spec, cluster.Resources);
        requests[ResourceCatalog.Pods] = 1;
        (IReadOnlyList<NodeSelectorTerm>? required, PreferredTerm[] preferred) = NodeAffinityReader.Read(spec.Member("affinity").Member("nodeAffinity"));
        ResourceAmount[] amounts = [.. requests.Where(r => r.Value > 0).OrderBy(r => r.Key).Select(r => new ResourceAmount(r.Key, r.Value))];
        return new WorkloadShape
        {
            Requests = amounts,
            Devices = DeviceReader.Demands(pod, amounts, cluster),
            ScoredCpuMilli = requests.GetValueOrDefault(ResourceCatalog.CpuMilli, UnrequestedCpuMilli),
            ScoredMemoryBytes = requests.GetValueOrDefault(ResourceCatalog.MemoryBytes, UnrequestedMemoryBytes),
            HostPorts = [.. HostPorts(spec)],
            NodeSelector = [.. spec.Member("nodeSelector").Members().Select(m => cluster.Labels.IdOf(new Label(m.Name, m.Value.Text())))],
            RequiredAffinity = required,
            AddedAffinity = defaults.AddedAffinity,
            PreferredAffinity = [.. preferred, .. defaults.AddedPreferences],
            Tolerations = new TolerationSet([.. spec.Member("tolerations").Items().Select(ReadToleration)], cluster.Taints),
            Terms = PodTermsReader.Read(pod, company is null ? [] : [.. defaults.Spread.Select(d => d.For(pod.Member("metadata").Member("namespace").Text(), company))]),
            Images = [.. spec.Member("containers").Items().Select(c => cluster.Images.IdOf(ImageName.Normalize(c.Member("image").Text())))],
            Handler = handler,
            Vcpus = handler == RuntimeHandlers.Runc ? 0 : MachineReader.Vcpus(spec),
            Capabilities = MachineReader.Capabilities(pod),
            HandlerId = cluster.Handlers.IdOf(handler),
            Volumes = volumes,
            UnsupportedFields = [.. UnsupportedFields(spec)],
        };
    }

    private static Toleration ReadToleration(JsonElement toleration) => new(
        toleration.Member("key").Text(),
        toleration.Member("operator").Text(),
        toleration.Member("value").Text(),
        toleration.Member("effect").Text());

    private static IEnumerable<HostPort> HostPorts(JsonElement spec)
    {
        // On the host's network every container port is one of the node's.
        bool hostNetwork = spec.Member("hostNetwork").IsTrue();
        IEnumerable<JsonElement> sidecars = spec.Member("initContainers").Items().Where(c => c.Member("restartPolicy").Text() == "Always");
        foreach (JsonElement port in spec.Member("containers").Items().Concat(sidecars).SelectMany(c => c.Member("ports").Items()))
        {
            long number = port.Member("hostPort").Whole();
            if (number == 0 && hostNetwork)
            {
                number = port.Member("containerPort").Whole();
            }

            if (number is > 0 and <= 65_535)
            {
                string ip = port.Member("hostIP").Text();
                string protocol = port.Member("protocol").Text();
                yield return new HostPort(ip.Length == 0 ? "0.0.0.0" : ip, protocol.Length == 0 ? "TCP" : protocol, (int)number);
            }
        }
    }

    private static IEnumerable<string> UnsupportedFields(JsonElement spec)
    {
        foreach (string field in new[] { "resourceClaims", "resources" })
        {
            if (spec.Member(field).HasContent())
            {
                yield return $"spec.{field}";
            }
        }

        foreach ((int index, JsonElement volume) in spec.Member("volumes").Items().Index())
        {
            if (volume.Member("ephemeral").IsPresent())
            {
                yield return $"spec.volumes[{index}].ephemeral";
            }
        }
    }
}
